// Adds and takes out rows and hours in the staff's forms. Without it the spare blank ones are there to be filled in.
"use strict";

const dropSpares = (within) => within.querySelectorAll("[data-spare]").forEach((spare) => spare.remove());

const textOf = (template) => template.innerHTML.trim();

function addRow(rows) {
    const total = rows.querySelector(":scope > [data-rows-total]");
    const number = Number(total.value);
    const html = textOf(rows.querySelector(":scope > template")).replaceAll("__prefix__", number);
    const list = rows.querySelector(":scope > [data-rows-list]");
    list.insertAdjacentHTML("beforeend", html);
    total.value = number + 1;
    dropSpares(list.lastElementChild);
    list.lastElementChild.querySelector("input:not([type=hidden]), select")?.focus();
}

function addOpening(openings) {
    const template = openings.querySelector(":scope > template");
    template.insertAdjacentHTML("beforebegin", textOf(template));
    template.previousElementSibling.querySelector("input").focus();
}

function noteNextDay(opening) {
    const [start, end] = [...opening.querySelectorAll("input")].map((input) => input.value);
    const nextDay = start !== "" && end !== "" && end !== "00:00" && end <= start;
    opening.querySelector("[data-next-day]").hidden = !nextDay;
}

document.addEventListener("DOMContentLoaded", () => dropSpares(document));

document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if ("rowsAdd" in button.dataset) addRow(button.closest("[data-rows]"));
    else if ("openingAdd" in button.dataset) addOpening(button.closest("[data-openings]"));
    else if ("rowRemove" in button.dataset) button.closest("[data-row]").remove();
    else if ("openingRemove" in button.dataset) button.closest("[data-opening]").remove();
});

document.addEventListener("input", ({ target }) => {
    const opening = target.closest("[data-opening]");
    if (opening) noteNextDay(opening);
});
