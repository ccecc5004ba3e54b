// What is nicer with a script: times in the reader's zone, and keys. Every page works without it.
"use strict";

// Times are UTC in the page; where the hour is known, they are said as the reader's clock says them, UTC on hover.
const long = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
const short = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const utc = time.getAttribute("datetime");
  if (utc.length < 16) continue;
  const at = new Date(utc.endsWith("Z") ? utc : `${utc}Z`);
  if (Number.isNaN(at.getTime())) continue;
  time.title = `${utc.slice(0, 16).replace("T", " ")} UTC`;
  time.textContent = (time.classList.contains("clock") ? short : long).format(at);
}
for (const zone of document.querySelectorAll(".zone")) {
  zone.textContent = `Times are in your zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}; rest on one for UTC.`;
}

// j and k go through the list, as in a reader of feeds.
const entries = () => [...document.querySelectorAll(".entry")].filter((entry) => entry.offsetParent !== null);
let place = -1;

function go(step) {
  const all = entries();
  if (!all.length) return;
  const focused = all.indexOf(document.activeElement?.closest(".entry"));
  place = Math.min(Math.max((focused >= 0 ? focused : place) + step, 0), all.length - 1);
  all.forEach((entry, number) => entry.classList.toggle("here", number === place));
  all[place].querySelector("a.read").focus();
  all[place].scrollIntoView({ block: "nearest" });
}

const follow = (selector) => document.querySelector(selector)?.click();
const keys = {
  "/": () => document.querySelector("#q")?.focus(),
  j: () => go(1),
  k: () => go(-1),
  n: () => follow('a[rel="next"]'),
  p: () => follow('a[rel="prev"]'),
  c: () => follow("a.changes"),
  s: () => follow("a.snapshot"),
  h: () => follow("a.home"),
  u: () => history.back(),
  "?": () => document.querySelector("#keys")?.showModal?.(),
};

document.addEventListener("keydown", (event) => {
  const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
  if (event.key === "Escape" && typing) event.target.blur();
  if (typing || event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});
for (const form of document.querySelectorAll("form.narrow")) {
  // Fields that are empty make an address longer, and no other.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
  });
}
