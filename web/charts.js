/* SPDX-License-Identifier: Apache-2.0 */
/* Lively charts in place of those that stand still, where uPlot is there: drag to zoom, double
   click or Esc to go back, arrows and + - for the keyboard, values under the cursor, and the
   figures as a table. Reads script#gramme-data: gramme.report/1. */
(function () {
	"use strict";

	var LAYERS_MAX = 8;
	var FAMILIES = ["cpu", "memory", "gpu", "node", "other"];
	var STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60,
		120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 345600,
		604800, 1209600, 2592000];
	var holder = document.getElementById("gramme-data");
	var charts = [];

	if (typeof uPlot === "undefined" || !holder)
		return;

	/* --- numbers and times -------------------------------------------------------------- */

	function two(n) {
		return (n < 10 ? "0" : "") + n;
	}

	function number(value) {
		var digits;

		if (value === null || value === undefined)
			return "not known";
		if (value === 0)
			return "0";
		digits = 3 - 1 - Math.floor(Math.log10(Math.abs(value)));
		return value.toFixed(Math.max(0, Math.min(6, digits)));
	}

	/* On an axis, by its step. */
	function tick(s, step) {
		var whole = Math.round(s);

		if (s === 0)
			return "0";
		if (step < 1)
			return Number(s.toPrecision(6)) + " s";
		if (step >= 86400)
			return Math.round(s / 86400) + " d";
		if (step >= 3600)
			return Math.round(s / 3600) + " h";
		if (whole >= 3600)
			return Math.floor(whole / 3600) + ":" + two(Math.floor(whole / 60) % 60) + " h";
		if (step >= 60)
			return Math.round(whole / 60) + " min";
		if (whole >= 60)
			return Math.floor(whole / 60) + ":" + two(whole % 60);
		return whole + " s";
	}

	/* In a sentence. */
	function moment(s) {
		var d = Math.floor(s / 86400);
		var h = Math.floor(s / 3600) % 24;
		var m = Math.floor(s / 60) % 60;

		if (s < 60)
			return Number(s.toFixed(2)) + " s";
		return (d > 0 ? d + " d " : "") + (d > 0 || h > 0 ? h + " h " : "") + two(m) + " m" +
			(d > 0 ? "" : " " + two(Math.floor(s % 60)) + " s");
	}

	/* --- what is drawn ------------------------------------------------------------------ */

	/* A sum with a part that is not known is not known. */
	function add(sum, values) {
		return sum.map(function (value, i) {
			return value === null || values[i] === null ? null : value + values[i];
		});
	}

	function zeros(n) {
		return Array.from({ length: n }, function () { return 0; });
	}

	function colourOf(family) {
		return "c" + (FAMILIES.indexOf(family) + 1);
	}

	function layersOf(curve, key) {
		var counted = curve.lanes.filter(function (lane) { return lane.counted; });

		if (counted.length <= LAYERS_MAX)
			return counted.map(function (lane) {
				return { label: lane.domain, colour: colourOf(lane.family), y: lane[key] };
			});
		return FAMILIES.map(function (family) {
			var lanes = counted.filter(function (lane) { return lane.family === family; });

			return { label: family + ", " + lanes.length + " domains",
				colour: colourOf(family), none: lanes.length === 0,
				y: lanes.map(function (lane) { return lane[key]; })
					.reduce(add, zeros(curve.bins)) };
		}).filter(function (layer) { return !layer.none; });
	}

	function linesOf(curve) {
		var lines = [];

		if (curve.thinned)
			lines.push({ label: "peaks", colour: "c7", line: true,
				y: curve.lanes.filter(function (lane) { return lane.counted; })
					.map(function (lane) { return lane.peak_w; })
					.reduce(add, zeros(curve.bins)) });
		curve.lanes.filter(function (lane) { return !lane.counted; }).slice(0, 2)
			.forEach(function (lane) {
				lines.push({ label: lane.domain, colour: "c4", line: true,
					y: lane.machine_w });
			});
		return lines;
	}

	/* Layers from the bottom up, then lines. */
	function pictureOf(run, kind) {
		var curve = run.curve;
		var single = { intensity: ["intensity_gpkwh", "Carbon intensity", "g/kWh", "c8"],
			busy: ["scope_cpu_ratio", "Part of the busy time", "", "c6"] }[kind];

		if (single)
			return { unit: single[2], small: true, marks: [], sections: [],
				series: [{ label: single[1], colour: single[3], line: true,
					y: curve[single[0]] }] };
		return { unit: "W", marks: run.run.marks, sections: run.sections,
			series: kind === "run" ? layersOf(curve, "attributed_w")
				: layersOf(curve, "machine_w").concat(linesOf(curve)) };
	}

	/* Each layer's top edge; a hole where it is not known, which lets those above sit lower. */
	function topsOf(series, bins) {
		var base = zeros(bins);

		return series.map(function (layer) {
			if (layer.line)
				return layer.y;
			return layer.y.map(function (value, i) {
				if (value === null)
					return null;
				base[i] += value;
				return base[i];
			});
		});
	}

	/* A bin's value holds from its edge to the next. */
	function closed(values) {
		return values.concat([values[values.length - 1]]);
	}

	/* --- a chart ------------------------------------------------------------------------ */

	function Chart(figure, run, kind) {
		this.figure = figure;
		this.curve = run.curve;
		this.kind = kind;
		this.picture = pictureOf(run, kind);
		this.plot = null;
		this.at = null;
		this.build();
	}

	Chart.prototype.make = function (tag, className, parent) {
		var element = document.createElement(tag);

		element.className = className;
		if (parent)
			parent.appendChild(element);
		return element;
	};

	Chart.prototype.build = function () {
		var self = this;
		var svg = this.figure.querySelector("svg");
		var bar;

		this.box = document.createElement("div");
		this.box.className = "live";
		this.keys = this.make("ul", "live-keys", this.box);
		this.canvas = this.make("div", "live-plot", this.box);
		this.canvas.tabIndex = 0;
		this.canvas.setAttribute("role", "group");
		this.canvas.setAttribute("aria-roledescription", "chart");
		this.canvas.setAttribute("aria-label", (svg ? svg.getAttribute("aria-label") : "Chart") +
			". Arrow keys move the cursor, plus and minus zoom, Escape shows all.");
		this.said = this.make("p", "aloud", this.box);
		this.said.setAttribute("aria-live", "polite");
		bar = this.make("div", "live-bar", this.box);
		this.all = this.make("button", "button", bar);
		this.all.type = "button";
		this.all.textContent = "Show all";
		this.all.hidden = true;
		this.all.addEventListener("click", function () { self.reset(); });
		this.make("span", "", bar).textContent =
			"Drag to zoom, double click for all. With the keyboard: arrows, + and −, Esc.";
		this.addTable();
		this.figure.insertBefore(this.box, this.figure.firstChild);
		this.figure.classList.add("lively");
		this.canvas.addEventListener("keydown", function (event) { self.press(event); });
		if (typeof ResizeObserver === "function")
			new ResizeObserver(function () { self.fit(); }).observe(this.box);
		this.say(null);
		this.fit();
	};

	Chart.prototype.size = function () {
		var narrow = this.box.clientWidth < 520;

		return { width: this.box.clientWidth,
			height: this.picture.small ? 190 : narrow ? 260 : 340 };
	};

	/* A pane that is not shown has no width: its chart is drawn when it has. */
	Chart.prototype.fit = function () {
		if (this.box.clientWidth === 0)
			return;
		if (!this.plot)
			this.draw();
		else if (this.plot.width !== this.box.clientWidth)
			this.plot.setSize(this.size());
	};

	Chart.prototype.again = function () {
		if (this.plot)
			this.plot.destroy();
		this.plot = null;
		this.fit();
	};

	Chart.prototype.data = function () {
		var tops = topsOf(this.picture.series, this.curve.bins);

		return [this.curve.edge_s].concat(this.order().map(function (i) {
			return closed(tops[i]);
		}));
	};

	/* The highest layer is drawn first, those below over it, lines last. */
	Chart.prototype.order = function () {
		var series = this.picture.series;
		var areas = [];
		var lines = [];

		series.forEach(function (layer, i) { (layer.line ? lines : areas).push(i); });
		return areas.reverse().concat(lines);
	};

	Chart.prototype.draw = function () {
		var self = this;
		var style = getComputedStyle(document.documentElement);
		var size = this.size();

		function colour(name) {
			return style.getPropertyValue("--" + name).trim();
		}

		this.colour = colour;
		this.plot = new uPlot({
			width: size.width,
			height: size.height,
			padding: [this.picture.sections.length + this.picture.marks.length > 0 ? 26 : 14,
				12, 0, 0],
			legend: { show: false },
			cursor: { points: { show: false }, y: false,
				drag: { x: true, y: false, dist: 5 } },
			select: { show: true },
			scales: { x: { time: false }, y: { range: function (u, low, high) {
				return self.range(low, high);
			} } },
			axes: [this.xAxis(colour), this.yAxis(colour)],
			series: [{}].concat(this.order().map(function (i) {
				return self.seriesOf(self.picture.series[i], colour);
			})),
			hooks: {
				drawClear: [function (u) { self.drawSections(u); }],
				draw: [function (u) { self.drawMarks(u); }],
				setCursor: [function (u) { self.follow(u); }],
				setScale: [function (u, key) { if (key === "x") self.zoomed(u); }]
			}
		}, this.data(), this.canvas);
	};

	Chart.prototype.range = function (low, high) {
		var line = this.picture.series.every(function (layer) { return layer.line; });

		if (low === null || high === null)
			return [0, 1];
		if (!line || (low > 0 && low < 0.3 * high))
			low = 0;
		if (high === low)
			high = low + (Math.abs(low) || 1);
		return [low - (low === 0 ? 0 : (high - low) * 0.05), high + (high - low) * 0.05];
	};

	function axis(colour) {
		return { stroke: colour("faint"), font: "12px system-ui, sans-serif",
			ticks: { stroke: colour("line"), width: 1, size: 5 },
			grid: { stroke: colour("line"), width: 1 } };
	}

	Chart.prototype.xAxis = function (colour) {
		var own = axis(colour);

		own.incrs = STEPS;
		own.space = 80;
		own.grid = { show: false };
		own.values = function (u, splits) {
			var step = splits.length > 1 ? splits[1] - splits[0] : 1;

			return splits.map(function (s) { return tick(s, step); });
		};
		return own;
	};

	Chart.prototype.yAxis = function (colour) {
		var own = axis(colour);

		own.size = 56;
		own.values = function (u, splits) {
			return splits.map(function (value) { return String(Number(value.toPrecision(6))); });
		};
		return own;
	};

	Chart.prototype.seriesOf = function (layer, colour) {
		var hue = colour(layer.colour);

		return { label: layer.label, spanGaps: false, points: { show: false },
			paths: uPlot.paths.stepped({ align: 1 }),
			stroke: layer.line ? hue : colour("paper"),
			width: layer.line ? 1.75 : 1,
			fill: layer.line ? undefined : hue };
	};

	/* --- sections and marks ------------------------------------------------------------- */

	Chart.prototype.drawSections = function (u) {
		var self = this;
		var ctx = u.ctx;

		ctx.save();
		ctx.beginPath();
		ctx.rect(u.bbox.left, 0, u.bbox.width, u.bbox.top + u.bbox.height);
		ctx.clip();
		this.picture.sections.forEach(function (section, i) {
			var from = u.valToPos(section.from_s, "x", true);
			var to = u.valToPos(section.to_s, "x", true);

			ctx.globalAlpha = i % 2 ? 0.11 : 0.05;
			ctx.fillStyle = self.colour("accent");
			ctx.fillRect(from, 0, to - from, u.bbox.top + u.bbox.height);
		});
		ctx.restore();
	};

	/* Cut until it fits; nothing where three letters do not. */
	function fitted(ctx, text, room) {
		if (ctx.measureText(text).width <= room)
			return text;
		while (text.length > 3 && ctx.measureText(text + "…").width > room)
			text = text.slice(0, -1);
		return ctx.measureText(text + "…").width <= room ? text + "…" : "";
	}

	Chart.prototype.drawNames = function (u, things) {
		var ctx = u.ctx;
		var ratio = devicePixelRatio || 1;

		ctx.font = 11.5 * ratio + "px system-ui, sans-serif";
		ctx.fillStyle = this.colour("accent");
		ctx.textBaseline = "middle";
		ctx.textAlign = "left";
		things.forEach(function (thing) {
			var from = Math.max(u.valToPos(thing.from_s, "x", true), u.bbox.left);
			var to = Math.min(u.valToPos(thing.to_s, "x", true), u.bbox.left + u.bbox.width);

			if (to > from)
				ctx.fillText(fitted(ctx, thing.name, to - from - 8 * ratio),
					from + 4 * ratio, 11 * ratio);
		});
	};

	Chart.prototype.drawMarks = function (u) {
		var ctx = u.ctx;
		var ratio = devicePixelRatio || 1;
		var marks = this.picture.marks.slice(0, 200);
		var end = this.curve.edge_s[this.curve.bins];

		ctx.save();
		ctx.strokeStyle = this.colour("accent");
		ctx.globalAlpha = 0.75;
		ctx.lineWidth = ratio;
		ctx.setLineDash([3 * ratio, 3 * ratio]);
		marks.forEach(function (mark) {
			var x = Math.round(u.valToPos(mark.t_s, "x", true));

			if (x < u.bbox.left - 1 || x > u.bbox.left + u.bbox.width + 1)
				return;
			ctx.beginPath();
			ctx.moveTo(x, 0);
			ctx.lineTo(x, u.bbox.top + u.bbox.height);
			ctx.stroke();
		});
		ctx.globalAlpha = 1;
		this.drawNames(u, this.picture.sections.length > 0 ? this.picture.sections
			: marks.map(function (mark, i) {
				return { name: mark.name, from_s: mark.t_s,
					to_s: i + 1 < marks.length ? marks[i + 1].t_s : end };
			}));
		ctx.restore();
	};

	/* --- values under the cursor -------------------------------------------------------- */

	Chart.prototype.binAt = function (s) {
		var edges = this.curve.edge_s;
		var low = 0;
		var high = this.curve.bins - 1;

		while (low < high) {
			var middle = (low + high + 1) >> 1;

			if (edges[middle] <= s)
				low = middle;
			else
				high = middle - 1;
		}
		return low;
	};

	Chart.prototype.sumAt = function (bin) {
		return this.picture.series.filter(function (layer) { return !layer.line; })
			.reduce(function (sum, layer) {
				return sum === null || layer.y[bin] === null ? null : sum + layer.y[bin];
			}, 0);
	};

	Chart.prototype.key = function (layer, bin) {
		var item = this.make("li", "", this.keys);
		var swatch;

		if (layer) {
			swatch = this.make("span", "swatch " + layer.colour, item);
			swatch.setAttribute("aria-hidden", "true");
			item.appendChild(document.createElement("bdi")).textContent = layer.label;
			if (bin !== null)
				item.appendChild(document.createElement("b")).textContent =
					" " + number(layer.y[bin]);
		}
		return item;
	};

	Chart.prototype.say = function (bin) {
		var self = this;
		var areas = this.picture.series.filter(function (layer) { return !layer.line; }).length;
		var head;

		this.keys.textContent = "";
		head = this.key(null, bin);
		if (bin === null)
			head.textContent = this.picture.unit;
		else
			head.appendChild(document.createElement("b")).textContent =
				moment(this.curve.edge_s[bin]) +
				(areas > 1 ? ": " + number(this.sumAt(bin)) + " " + this.picture.unit
					: this.picture.unit ? ", " + this.picture.unit : "");
		this.picture.series.forEach(function (layer) { self.key(layer, bin); });
	};

	Chart.prototype.follow = function (u) {
		if (u.cursor.left === null || u.cursor.left === undefined || u.cursor.left < 0) {
			this.say(null);
			return;
		}
		this.at = this.binAt(u.posToVal(u.cursor.left, "x"));
		this.say(this.at);
	};

	/* --- zoom and keys ------------------------------------------------------------------ */

	Chart.prototype.ends = function () {
		return [this.curve.edge_s[0], this.curve.edge_s[this.curve.bins]];
	};

	Chart.prototype.zoomed = function (u) {
		var ends = this.ends();

		this.all.hidden = !(u.scales.x.min > ends[0] || u.scales.x.max < ends[1]);
	};

	Chart.prototype.show = function (from, to) {
		var ends = this.ends();

		from = Math.max(ends[0], from);
		to = Math.min(ends[1], to);
		if (to - from > (ends[1] - ends[0]) / this.curve.bins)
			this.plot.setScale("x", { min: from, max: to });
	};

	Chart.prototype.reset = function () {
		var ends = this.ends();

		this.plot.setScale("x", { min: ends[0], max: ends[1] });
	};

	Chart.prototype.zoom = function (factor) {
		var x = this.plot.scales.x;
		var middle = this.at === null ? (x.min + x.max) / 2 : this.curve.edge_s[this.at];
		var length = (x.max - x.min) * factor;
		var from = Math.max(this.ends()[0], middle - length / 2);

		this.show(from, from + length);
	};

	/* To a bin, which is brought into sight. */
	Chart.prototype.go = function (bin) {
		var x = this.plot.scales.x;
		var length = x.max - x.min;
		var edges = this.curve.edge_s;

		this.at = Math.max(0, Math.min(this.curve.bins - 1, bin));
		if (edges[this.at] < x.min)
			this.show(edges[this.at], edges[this.at] + length);
		else if (edges[this.at + 1] > x.max)
			this.show(edges[this.at + 1] - length, edges[this.at + 1]);
		this.plot.setCursor({ left: this.plot.valToPos(
			(edges[this.at] + edges[this.at + 1]) / 2, "x"), top: 10 });
		this.say(this.at);
		this.said.textContent = this.keys.textContent;
	};

	Chart.prototype.press = function (event) {
		var at = this.at === null ? this.binAt(this.plot.scales.x.min) - 1 : this.at;
		var step = event.shiftKey ? 10 : 1;
		var self = this;
		var keys = {
			ArrowLeft: function () { self.go(at - step); },
			ArrowRight: function () { self.go(at + step); },
			Home: function () { self.go(0); },
			End: function () { self.go(self.curve.bins - 1); },
			"+": function () { self.zoom(0.5); },
			"=": function () { self.zoom(0.5); },
			"-": function () { self.zoom(2); },
			Escape: function () { self.reset(); }
		};

		if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || !this.plot)
			return;
		event.preventDefault();
		keys[event.key]();
	};

	/* --- the figures as a table --------------------------------------------------------- */

	Chart.prototype.addTable = function () {
		var self = this;
		var details = this.make("details", "", this.box);
		var filled = false;

		details.appendChild(document.createElement("summary")).textContent =
			"The figures as a table";
		details.addEventListener("toggle", function () {
			if (filled || !details.open)
				return;
			filled = true;
			self.fillTable(details);
		});
	};

	Chart.prototype.fillTable = function (details) {
		var self = this;
		var box = this.make("div", "scroll figures", details);
		var table = box.appendChild(document.createElement("table"));
		var head = table.createTHead().insertRow();
		var body = table.createTBody();
		var series = this.picture.series;

		box.tabIndex = 0;
		box.setAttribute("role", "group");
		box.setAttribute("aria-label", "Figures");
		["from"].concat(series.map(function (layer) {
			return layer.label + (self.picture.unit ? ", " + self.picture.unit : "");
		})).forEach(function (words, i) {
			var cell = head.appendChild(document.createElement("th"));

			cell.scope = "col";
			cell.className = i > 0 ? "num" : "";
			cell.textContent = words;
		});
		this.curve.edge_s.slice(0, this.curve.bins).forEach(function (s, bin) {
			var row = body.insertRow();
			var cell = row.appendChild(document.createElement("th"));

			cell.scope = "row";
			cell.textContent = moment(s);
			series.forEach(function (layer) {
				var value = row.insertCell();

				value.className = "num";
				value.textContent = number(layer.y[bin]);
			});
		});
	};

	/* --- all of them -------------------------------------------------------------------- */

	(function begin() {
		var data = JSON.parse(holder.textContent);

		document.querySelectorAll("figure[data-chart]").forEach(function (figure) {
			var run = data.runs[Number(figure.dataset.run)];

			if (run && run.curve.bins > 0)
				charts.push(new Chart(figure, run, figure.dataset.chart));
		});
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
			charts.forEach(function (chart) { chart.again(); });
		});
		document.querySelectorAll(".switch > input").forEach(function (input) {
			input.addEventListener("change", function () {
				charts.forEach(function (chart) { chart.fit(); });
			});
		});
	}());
}());
