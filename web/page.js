/* SPDX-License-Identifier: Apache-2.0 */
/* What every page does: heads of tables that sort, buttons that copy. Nothing here is needed to
   read a page. */
(function () {
	"use strict";

	/* --- tables ------------------------------------------------------------------------- */

	/* data-v of a cell is what it sorts by; what is not known comes last, whichever way. */
	function valueOf(row, column) {
		var cell = row.cells[column];
		var text = cell ? (cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent) : "";
		var number = text.trim() === "" ? NaN : Number(text);

		return { text: text.trim(), number: number };
	}

	function compare(a, b) {
		if (!isNaN(a.number) && !isNaN(b.number))
			return a.number - b.number;
		return a.text.localeCompare(b.text);
	}

	function isKnown(value) {
		return value.text !== "" && value.text !== "not known";
	}

	function sort(table, column, down) {
		var body = table.tBodies[0];
		var rows = Array.prototype.map.call(body.rows, function (row, i) {
			return { row: row, value: valueOf(row, column), i: i };
		});

		rows.sort(function (a, b) {
			if (isKnown(a.value) !== isKnown(b.value))
				return isKnown(a.value) ? -1 : 1;
			return (down ? -1 : 1) * compare(a.value, b.value) || a.i - b.i;
		});
		rows.forEach(function (item) { body.appendChild(item.row); });
	}

	function press(table, head) {
		var down = head.getAttribute("aria-sort") === "ascending";

		Array.prototype.forEach.call(head.parentNode.cells, function (other) {
			other.removeAttribute("aria-sort");
		});
		head.setAttribute("aria-sort", down ? "descending" : "ascending");
		sort(table, head.cellIndex, down);
	}

	function makeSortable(table) {
		var heads = table.tHead ? table.tHead.rows[0].cells : [];

		Array.prototype.forEach.call(heads, function (head) {
			var button;

			if (head.textContent.trim() === "" || head.dataset.still !== undefined)
				return;
			button = document.createElement("button");
			button.type = "button";
			while (head.firstChild)
				button.appendChild(head.firstChild);
			head.appendChild(button);
			button.addEventListener("click", function () { press(table, head); });
		});
	}

	/* --- copies ------------------------------------------------------------------------- */

	/* A page of a file has no clipboard in some browsers: then the old way. */
	function copyOld(source) {
		var range = document.createRange();
		var selection = window.getSelection();
		var done;

		range.selectNodeContents(source);
		selection.removeAllRanges();
		selection.addRange(range);
		done = document.execCommand("copy");
		if (done)
			selection.removeAllRanges();
		return done ? Promise.resolve() : Promise.reject(new Error("not copied"));
	}

	function copy(source) {
		if (!navigator.clipboard)
			return copyOld(source);
		return navigator.clipboard.writeText(source.textContent).catch(function () {
			return copyOld(source);
		});
	}

	function makeCopy(button) {
		var source = document.getElementById(button.dataset.copy);
		var words = button.textContent;

		function say(text) {
			button.textContent = text;
			window.setTimeout(function () { button.textContent = words; }, 2000);
		}

		if (!source)
			return;
		button.hidden = false;
		button.setAttribute("aria-live", "polite");
		button.addEventListener("click", function () {
			copy(source).then(function () { say("Copied"); },
				function () { say("Selected: press Ctrl+C"); });
		});
	}

	/* --- boxes that scroll -------------------------------------------------------------- */

	/* Reached by the keyboard only where there is something to scroll. */
	function reach(box) {
		if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
			box.tabIndex = 0;
		else
			box.removeAttribute("tabindex");
	}

	function reachAll() {
		document.querySelectorAll(".scroll, .still, pre").forEach(reach);
	}

	document.querySelectorAll("table.sortable").forEach(makeSortable);
	document.querySelectorAll("button[data-copy]").forEach(makeCopy);
	document.addEventListener("change", reachAll);
	window.addEventListener("resize", reachAll);
	reachAll();
}());
