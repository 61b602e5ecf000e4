// Where the conversation is looked at: at its newest, unless the person has gone back to read.
import { $ } from "./dom.js";

export const place = { stick: true };

export function near() {
  const box = $("scroll");
  place.stick = box.scrollHeight - box.scrollTop - box.clientHeight < 90;
  return place.stick;
}

// To the newest; of a question longer than the screen the beginning is shown, or one would see choices of what?
export function bottom(now = false, end = false) {
  if (now) place.stick = true;
  const box = $("scroll");
  const last = $("log").lastElementChild;
  const long = !end && last && !last.classList.contains("mine") && last.offsetHeight > box.clientHeight - 20;
  box.scrollTop += long ? last.getBoundingClientRect().top - box.getBoundingClientRect().top - 10 : box.scrollHeight;
  $("newest").hidden = !long;
}
