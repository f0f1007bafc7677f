"use strict";
(() => {
  const all = [...document.querySelectorAll("details.evidence")];
  const tools = document.getElementById("tools");
  const asked = document.getElementById("asked");
  const told = document.getElementById("told");
  tools.hidden = false;
  const more = [...document.querySelectorAll("details.more")];
  const show = () => {
    const words = asked.value.trim().toLowerCase();
    more.forEach((one) => { one.open = words !== ""; });
    let found = 0;
    for (const one of all) {
      one.hidden = words !== "" && !one.textContent.toLowerCase().includes(words);
      found += one.hidden ? 0 : 1;
    }
    told.textContent = words === "" ? "" : `${found} of ${all.length} examples shown`;
  };
  document.querySelectorAll(".picture").forEach((one) => { one.scrollLeft = (one.scrollWidth - one.clientWidth) / 2; });
  asked.addEventListener("input", show);
  document.getElementById("open").addEventListener("click", () => [...more, ...all].forEach((one) => { one.open = !one.hidden; }));
  document.getElementById("shut").addEventListener("click", () => [...more, ...all].forEach((one) => { one.open = false; }));
  addEventListener("beforeprint", () => document.querySelectorAll("details:not(.more):not(.evidence)").forEach((one) => { one.open = true; }));
})();
