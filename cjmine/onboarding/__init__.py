"""What can be said of exports that nobody has described yet? A first project file, with its reasons."""
