"use strict";
// Keys on the page of an answer: all of marking without a mouse.
const points = document.getElementById("points");
const comment = document.getElementById("comment");
const form = document.getElementById("form");
const follow = (name) => document.querySelector(`a[rel=${name}]`)?.click();
const keys = {
  f: () => (points.value = points.max),
  z: () => (points.value = "0"),
  c: () => comment.focus(),
  n: () => follow("next"),
  p: () => follow("prev"),
  o: () => follow("up"),
};
document.addEventListener("keydown", (event) => {
  if (event.target === comment) {
    if (event.key === "Escape") points.focus();
    if (event.key === "Enter" && event.ctrlKey) form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
