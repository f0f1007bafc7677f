"""How good are the exports? What they hold and lack, before anything is found in them."""
