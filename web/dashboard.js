/* SPDX-License-Identifier: Apache-2.0 */
/* The dashboard: power as it comes, and the ledger's runs. Everything from outside becomes text
   by textContent. What is not known is a dash, and says why. */
"use strict";

const $ = (id) => document.getElementById(id);
const KEEP_S = 600;
const PAGE = 50;
const COLOUR = { cpu: 1, memory: 2, gpu: 3, node: 4, other: 5 };

/* --- small parts --- */

function make(name, options, ...children) {
	const element = document.createElement(name);
	const { attributes = {}, ...rest } = options || {};

	Object.assign(element, rest);
	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, value);
	element.append(...children.filter((child) => child !== null));
	return element;
}

function draw(name, attributes, text) {
	const element = document.createElementNS("http://www.w3.org/2000/svg", name);

	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, value);
	if (text !== undefined)
		element.textContent = text;
	return element;
}

function unknown(why) {
	return make("span", { className: "unknown", title: why || "not known" },
		make("span", { textContent: "–", attributes: { "aria-hidden": "true" } }),
		make("span", { className: "aloud", textContent: "not known" }));
}

function named(text) {
	const short = text.length > 60 ? text.slice(0, 60) + "…" : text;

	return make("bdi", { className: "name", title: text.slice(0, 1000), textContent: short });
}

const PREFIXES = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"],
	[1e-6, "µ"], [1e-9, "n"]];

function isNumber(value) {
	return typeof value === "number" && Number.isFinite(value);
}

function digits(value) {
	const size = Math.abs(value);

	return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function scaled(value, unit) {
	const row = PREFIXES.find(([least]) => Math.abs(value) >= least) || [1, ""];

	return [value === 0 ? "0" : digits(value / row[0]), row[1] + unit];
}

function withUnit(value, unit) {
	return isNumber(value) ? scaled(value, unit).join(" ") : null;
}

/* Memory is bought and shown in powers of two: GiB, as on the other pages. */
function memory(bytes) {
	return isNumber(bytes) ? bytes >= 2 ** 30 ? digits(bytes / 2 ** 30) + " GiB"
		: digits(bytes / 2 ** 20) + " MiB" : null;
}

function mass(kg) {
	if (!isNumber(kg))
		return null;
	return kg >= 1000 ? digits(kg / 1000) + " t" : kg >= 1 ? digits(kg) + " kg"
		: withUnit(kg * 1000, "g");
}

function duration(s) {
	if (!isNumber(s))
		return null;
	if (s < 60)
		return digits(s) + " s";
	if (s < 3600)
		return Math.floor(s / 60) + " min " + Math.floor(s % 60) + " s";
	if (s < 86400)
		return Math.floor(s / 3600) + " h " + Math.floor(s % 3600 / 60) + " min";
	return Math.floor(s / 86400) + " d " + Math.floor(s % 86400 / 3600) + " h";
}

function two(number) {
	return String(number).padStart(2, "0");
}

function when(text) {
	const date = new Date(text);

	if (Number.isNaN(date.getTime()))
		return text;
	return date.getFullYear() + "-" + two(date.getMonth() + 1) + "-" + two(date.getDate()) +
		" " + two(date.getHours()) + ":" + two(date.getMinutes());
}

function orUnknown(text, why) {
	return text === null ? unknown(why) : document.createTextNode(text);
}

async function ask(path) {
	const response = await fetch(path, { headers: { Accept: "application/json" } });

	if (response.status === 401) {
		location.href = "/signin";
		throw new Error("the token is needed");
	}
	const body = await response.json();

	if (!response.ok)
		throw new Error(body.error + (body.fix ? " — try: " + body.fix : ""));
	return body;
}

/* --- the machine now --- */

const readings = [];
let stream = null;
let running = "";

function state(kind, text) {
	const line = $("link");

	if (line.textContent === text)
		return;
	line.className = "state small " + kind;
	line.textContent = text;
}

function quantity(id, q, unit, why) {
	const place = $(id);

	place.replaceChildren();
	if (!q) {
		place.append(unknown(why));
		$(id + "-range").textContent = "";
		return;
	}
	const [number, name] = scaled(q.value, unit);

	place.append(number + " ", make("span", { className: "u", textContent: name }));
	/* In the number's own unit, so that the three can be read beside each other. */
	const scale = q.value / Number(number) || 1;

	$(id + "-range").textContent = isNumber(q.low) && isNumber(q.high) && q.low !== q.high
		? digits(q.low / scale) + " to " + digits(q.high / scale) + " " + name : "";
}

function counted(reading) {
	return reading.components.filter((part) => part.counted);
}

function legend(reading) {
	const names = counted(reading).map((part) => make("li", {},
		make("span", { className: "swatch c" + COLOUR[part.family] }),
		named(part.label || part.domain), " ",
		orUnknown(withUnit(part.power_w, "W"), reading.why)));

	$("legend").replaceChildren(...names);
}

function isEstimate(kind) {
	return kind === "modelled" || kind === "assumed";
}

/* What the whole of a run will use, where that is known. */
function foretold(forecast) {
	const all = forecast && forecast.total_j;

	if (!all)
		return null;
	const range = all.low === null ? ""
		: " (" + withUnit(all.low, "J") + " to " + withUnit(all.high, "J") + ")";
	const left = forecast.time_left_s === null ? ""
		: ", " + duration(forecast.time_left_s) + " to go";

	return make("p", { className: "small", title: forecast.how || "" },
		withUnit(all.value, "J") + " in all" + range + left);
}

function runCard(run) {
	const link = make("a", { href: "/runs/" + encodeURIComponent(run.id) }, named(run.name));
	const set = [run.project, run.experiment].filter(Boolean).join(" / ");

	return make("article", { className: "card" },
		make("h3", {}, link),
		set ? make("p", { className: "small soft" }, named(set)) : null,
		make("p", {}, orUnknown(withUnit(run.attributed_j, "J"), "nothing is written yet"),
			" at ", orUnknown(withUnit(run.power_w, "W"), "nothing is written yet"),
			", ", orUnknown(mass(run.carbon_kg), "the intensity is not known"), " CO₂e"),
		foretold(run.forecast),
		isEstimate(run.kind) ? make("p", { className: "small" },
			make("span", { className: "badge note", textContent: "estimate",
				title: "some of it is " + run.kind + ", not measured" })) : null,
		make("p", { className: "small faint" }, "for ",
			orUnknown(duration(run.elapsed_s), "not known")));
}

function showRunning(runs) {
	const ids = runs.map((run) => run.id).join(" ");

	$("running").replaceChildren();
	if (runs.length > 0)
		$("running").append(make("h3", { textContent: "Running" }),
			make("div", { className: "runs-now" }, ...runs.map(runCard)));
	if (ids !== running)
		list();
	running = ids;
}

function showReading(reading) {
	const carbon = reading.carbon || {};
	const intensity = carbon.intensity_gpkwh;
	const why = reading.why || (reading.window_s > 0 ? "no source tells" : "the first reading has none");

	quantity("power", reading.power_w, "W", why);
	quantity("grams", carbon.gph, "g CO₂e/h", why);
	$("power-about").textContent = reading.power_w ? reading.power_w.kind +
		(reading.power_w.source ? ", " + reading.power_w.source : "") : why;
	$("grams-about").textContent = intensity ? "at " + digits(intensity.value) + " g/kWh" +
		(intensity.zone ? " (" + intensity.zone + ")" : "") : "the grid's intensity is not known";
	$("busy").replaceChildren(orUnknown(isNumber(reading.cpu_busy_ratio)
		? digits(100 * reading.cpu_busy_ratio) + " %" : null, why));
	$("memory").textContent = isNumber(reading.memory_used_bytes)
		? memory(reading.memory_used_bytes) + " of " + (memory(reading.memory_bytes) || "not known") +
			" of memory in use" : "";
	$("place").textContent = carbon.region && carbon.region.zone ? carbon.region.zone : "";
	$("place").hidden = $("place").textContent === "";
	legend(reading);
	showRunning(reading.runs || []);
}

/* Steps of a nice size, at most four of them. */
function nice(most) {
	const size = 10 ** Math.floor(Math.log10(most / 2 || 1));

	return [1, 2, 5, 10].map((n) => n * size).find((step) => most / step <= 4) || most;
}

function keep(reading) {
	const parts = new Map();

	for (const part of counted(reading))
		if (isNumber(part.power_w))
			parts.set(part.domain, part);
	readings.push({ at: Date.parse(reading.time) / 1000, window: reading.window_s, parts });
	while (readings.length > 0 && readings[readings.length - 1].at - readings[0].at > KEEP_S)
		readings.shift();
}

const LEFT = 56, TOP = 10, BOTTOM = 176, HEIGHT = 200;

function axes(chart, right, most, y) {
	const step = nice(most);

	for (let value = 0; value <= most; value += step) {
		chart.append(draw("path", { class: "grid", d: `M${LEFT} ${y(value)}H${right}` }),
			draw("text", { class: "tick end", x: LEFT - 8, y: y(value) + 4 },
				withUnit(value, "W")));
	}
	for (let minute = 0; minute <= 10; minute += right - LEFT < 340 ? 5 : 2)
		chart.append(draw("text", { class: "tick " + (minute ? "mid" : "end"),
			x: right - minute * (right - LEFT) / 10, y: BOTTOM + 18 },
		minute ? "−" + minute + " min" : "now"));
}

/* A part's area: a piece for each window, so that what was not read is a hole. */
function area(domain, below, x, y) {
	let path = "";
	let colour = 5;

	readings.forEach((reading, i) => {
		const part = reading.parts.get(domain);

		if (!part || !(reading.window > 0))
			return;
		const from = x(reading.at - reading.window), to = x(reading.at);

		colour = COLOUR[part.family];
		path += `M${from} ${y(below[i])}V${y(below[i] + part.power_w)}H${to}V${y(below[i])}Z`;
		below[i] += part.power_w;
	});
	return draw("path", { class: "area c" + colour, d: path });
}

function showChart() {
	const chart = $("chart");
	const domains = [...new Set(readings.flatMap((reading) => [...reading.parts.keys()]))];
	const sums = readings.map((reading) => [...reading.parts.values()]
		.reduce((sum, part) => sum + part.power_w, 0));
	const most = Math.max(1e-3, ...sums) * 1.05;
	const last = readings.length > 0 ? readings[readings.length - 1].at : 0;
	const width = Math.max(280, chart.clientWidth || 960);
	const right = width - 4;
	const x = (at) => Math.max(LEFT, right - (last - at) * (right - LEFT) / KEEP_S).toFixed(1);
	const y = (watts) => (BOTTOM - watts * (BOTTOM - TOP) / most).toFixed(1);
	const below = readings.map(() => 0);

	chart.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
	chart.replaceChildren();
	axes(chart, right, most, y);
	for (const domain of domains)
		chart.append(area(domain, below, x, y));
}

async function whyTrouble() {
	try {
		await ask("/api/v1/live");
	} catch (error) {
		state("off", "No readings: " + error.message);
	}
}

let again = 0;
let late = 0;

/* Many that were kept come at once: the page is drawn when they are all there. */
function take(event) {
	const reading = JSON.parse(event.data);

	keep(reading);
	state("on", "Live");
	clearTimeout(late);
	late = setTimeout(() => {
		showReading(reading);
		showChart();
	}, 30);
}

function connect() {
	clearTimeout(again);
	if (stream || document.hidden)
		return;
	readings.length = 0;
	stream = new EventSource("/api/v1/live/stream?history=1");
	stream.addEventListener("reading", take);
	stream.addEventListener("trouble", whyTrouble);
	stream.addEventListener("error", () => {
		state("off", "The live view broke off; what is shown is old. Trying again …");
		if (stream && stream.readyState === EventSource.CLOSED) {
			stream = null;
			again = setTimeout(connect, 5000);
		}
	});
}

/* Nobody looks: nothing is read. */
function disconnect() {
	clearTimeout(again);
	if (stream)
		stream.close();
	stream = null;
	state("", "Paused");
}

/* --- the ledger --- */

const form = $("filters");
const ticked = new Map();
let offset = 0;
let asked = 0;

function filters() {
	const query = new URLSearchParams();

	for (const [key, value] of new FormData(form))
		if (value.trim() !== "" && key !== "group")
			query.set(key, value.trim());
	return query;
}

function isGrouped() {
	return form.elements.group.checked;
}

/* What is looked at stands after the #, so that a copied address shows the same. */
function keepAddress() {
	const query = filters();

	if (isGrouped())
		query.set("group", "1");
	if (offset > 0)
		query.set("offset", offset);
	history.replaceState(null, "", query.toString() ? "#" + query : location.pathname);
}

function takeAddress() {
	const query = new URLSearchParams(location.hash.slice(1));

	for (const key of ["search", "project", "experiment", "state", "since"])
		form.elements[key].value = query.get(key) || "";
	form.elements.group.checked = query.get("group") === "1";
	offset = Math.max(0, Math.min(1e8, parseInt(query.get("offset"), 10) || 0));
}

function showTicked() {
	const button = $("compare");

	button.disabled = ticked.size < 2;
	button.classList.toggle("ready", ticked.size >= 2);
	button.textContent = ticked.size > 1 ? "Compare " + ticked.size : "Compare";
	$("untick").hidden = ticked.size === 0;
	$("told").textContent = ticked.size === 0 ? "Tick two or more to compare them"
		: ticked.size === 1 ? "One ticked: tick another to compare" : ticked.size + " ticked";
}

function tickCell(key, label, value) {
	const box = make("input", { type: "checkbox", checked: ticked.has(key) });

	box.setAttribute("aria-label", "Compare " + label);
	box.addEventListener("change", () => {
		if (box.checked)
			ticked.set(key, value);
		else
			ticked.delete(key);
		showTicked();
	});
	return make("td", {}, box);
}

function opens(row, href) {
	row.addEventListener("click", (event) => {
		if (!event.target.closest("a, input, td:first-child") && !getSelection().toString())
			location.href = href;
	});
	return row;
}

function heads(names) {
	const cells = names.map(([text, kind]) => make("th", { className: kind || "", scope: "col" },
		text ? text : make("span", { className: "aloud", textContent: "Compare" })));

	$("table").tHead.replaceChildren(make("tr", {}, ...cells));
}

const BADGE = { finished: "good", failed: "bad", interrupted: "note", running: "note" };
const WHY_NONE = "no joule of it is known; its report says why";

function numberCell(text, why) {
	return make("td", { className: "num" }, orUnknown(text, why));
}

function runRow(run) {
	const href = "/runs/" + encodeURIComponent(run.id);
	const set = [run.project, run.experiment].filter(Boolean).join(" / ");

	return opens(make("tr", {},
		tickCell("run " + run.id, run.name + " of " + when(run.started), run),
		make("th", { scope: "row" }, make("a", { href }, named(run.name)),
			set ? make("div", { className: "small faint" }, named(set)) : null),
		numberCell(withUnit(run.attributed_j, "J"), WHY_NONE),
		numberCell(mass(run.carbon_kg), run.attributed_j === null ? WHY_NONE
			: "the grid's intensity is not known"),
		numberCell(duration(run.duration_s), "not known"),
		make("td", {}, make("span", { className: "badge " + (BADGE[run.state] || ""),
			textContent: run.state })),
		make("td", { className: "when", title: run.started, textContent: when(run.started) })),
	href);
}

function showNone(query) {
	const place = $("none");
	const filtered = query.toString() !== "" || offset > 0;

	place.hidden = false;
	place.replaceChildren(filtered ? make("p", { textContent: "No run fits." })
		: make("div", { className: "card" },
			make("h3", { textContent: "No run has been weighed yet" }),
			make("p", { textContent: "Put this in front of any command:" }),
			make("pre", { textContent: "gramme run -- CMD" }),
			make("p", { className: "soft", textContent: "It stands here as soon as it begins." })));
}

function showRuns(runs, query) {
	const more = runs.length > PAGE;
	const shown = runs.slice(0, PAGE);

	heads([["", ""], ["Run"], ["Energy", "num"], ["CO₂e", "num"], ["Duration", "num"],
		["State"], ["Begun"]]);
	$("table").tBodies[0].replaceChildren(...shown.map(runRow));
	$("table").hidden = shown.length === 0;
	$("none").hidden = true;
	if (shown.length === 0)
		showNone(query);
	$("newer").hidden = offset === 0;
	$("older").hidden = !more;
	$("where").textContent = shown.length > 0 && (offset > 0 || more)
		? (offset + 1) + " to " + (offset + shown.length) + ", newest first" : "";
}

function mean(value) {
	return value && isNumber(value.mean) ? value.mean : isNumber(value) ? value : null;
}

function groupRow(group) {
	const name = group.experiment || group.name || "";
	const side = group.project && group.experiment ? group.project + "/" + group.experiment : name;
	const shown = [group.project, name].filter(Boolean).join(" / ");
	const link = make("a", { href: "#" }, named(shown));

	link.addEventListener("click", (event) => {
		event.preventDefault();
		form.elements.group.checked = false;
		form.elements.project.value = group.project || "";
		form.elements.experiment.value = group.experiment || "";
		form.elements.search.value = group.experiment ? "" : name;
		changed();
	});
	return make("tr", {},
		tickCell("side " + side, shown, { side }),
		make("th", { scope: "row" }, link),
		numberCell(withUnit(mean(group.energy_j), "J"), "no finished run has known joules"),
		numberCell(mass(mean(group.carbon_kg)), "not known"),
		numberCell(duration(mean(group.duration_s)), "no run of it finished"),
		numberCell(isNumber(group.runs) ? String(group.runs) : null, "not known"),
		numberCell(isNumber(group.failed) ? String(group.failed) : null, "not known"));
}

function showGroups(board) {
	const rows = board.experiments || board.rows || [];

	heads([["", ""], ["Experiment"], ["Mean energy", "num"], ["Mean CO₂e", "num"],
		["Mean duration", "num"], ["Runs", "num"], ["Failed", "num"]]);
	$("table").tBodies[0].replaceChildren(...rows.map(groupRow));
	$("table").hidden = rows.length === 0;
	$("none").hidden = true;
	if (rows.length === 0)
		showNone(filters());
	$("newer").hidden = true;
	$("older").hidden = true;
	$("where").textContent = rows.length > 0 ? "least energy first" : "";
}

/* Answers may overtake each other: only the last question's is shown. */
async function list() {
	const mine = ++asked;
	const query = filters();
	const path = isGrouped() ? "/api/v1/leaderboard?limit=500&" + query
		: "/api/v1/runs?limit=" + (PAGE + 1) + "&offset=" + offset + "&" + query;

	try {
		const body = await ask(path);

		if (mine !== asked)
			return;
		$("trouble").hidden = true;
		if (isGrouped())
			showGroups(body);
		else
			showRuns(body.runs, query);
	} catch (error) {
		if (mine !== asked)
			return;
		$("trouble").textContent = "The runs cannot be shown: " + error.message;
		$("trouble").hidden = false;
	}
}

function changed() {
	offset = 0;
	ticked.clear();
	showTicked();
	keepAddress();
	list();
}

function turn(by) {
	offset = Math.max(0, offset + by);
	keepAddress();
	list();
	$("runs-head").scrollIntoView();
}

/* Runs of several experiments: those are compared, each by the runs that were ticked. Else each
   run stands for itself. */
function sides() {
	const values = [...ticked.values()];
	const groups = new Map();

	if (values.some((value) => value.side))
		return values.filter((value) => value.side).map((value) => value.side);
	for (const run of values) {
		const key = run.experiment ? JSON.stringify([run.project, run.experiment]) : run.id;

		groups.set(key, [...(groups.get(key) || []), run.id]);
	}
	return groups.size > 1 ? [...groups.values()].map((ids) => ids.join(","))
		: values.map((run) => run.id);
}

function compare() {
	const query = new URLSearchParams(sides().map((side) => ["side", side]));

	location.href = "/compare?" + query;
}

/* --- begin --- */

let typing = 0;

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
	clearTimeout(typing);
	typing = setTimeout(changed, 200);
});
$("compare").addEventListener("click", compare);
$("untick").addEventListener("click", () => {
	ticked.clear();
	showTicked();
	list();
});
$("newer").addEventListener("click", () => turn(-PAGE));
$("older").addEventListener("click", () => turn(PAGE));
window.addEventListener("hashchange", () => {
	takeAddress();
	list();
});
document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
window.addEventListener("pagehide", disconnect);
window.addEventListener("pageshow", connect);
takeAddress();
showTicked();
list();
connect();
