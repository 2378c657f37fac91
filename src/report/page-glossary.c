/* SPDX-License-Identifier: Apache-2.0 */
/* The equations that the numbers link to, each in a line and a sentence. */
#include "base/macro.h"
#include "report/page-part.h"

static const struct {
	int number;
	const char *name;
	const char *formula; /* ours, no text from outside */
	const char *meaning;
} entries[] = {
	{ 1, "A counter&#39;s step", "dE = b &minus; a",
	  "Joules between two readings of a counter; a wrap is undone, and what cannot be "
	  "told from a fault is a gap." },
	{ 2, "Power to energy", "dE = &frac12; (P<sub>a</sub> + P<sub>b</sub>) dt",
	  "Joules of a sensor that tells watts, between two readings of it." },
	{ 3, "Active share", "E = dE &middot; u / U",
	  "The run&#39;s part of all joules of a processor: its CPU time over the "
	  "machine&#39;s busy time, reading by reading. This is the headline&#39;s share." },
	{ 4, "Above idle", "E = (dE &minus; P<sub>idle</sub> dt) &middot; u / U",
	  "The run&#39;s part of only those joules that the machine would not have drawn "
	  "anyway." },
	{ 5, "Reserved", "E = E<sub>above idle</sub> + r &middot; P<sub>idle</sub> dt",
	  "The joules above idle, and idle power by what part of the machine the run "
	  "reserved." },
	{ 6, "Memory", "E = dE &middot; m / M",
	  "The run&#39;s part of the memory&#39;s joules, by the memory it held." },
	{ 7, "GPU", "E = dE &middot; s / S",
	  "The run&#39;s part of a board&#39;s joules: all of them where it was alone, else "
	  "by the time its kernels ran." },
	{ 8, "The machine, once", "E = sum of the counted components",
	  "Each joule is counted once: a domain inside another, and a meter of the whole "
	  "node, stand beside the sum." },
	{ 9, "Facility", "E<sub>site</sub> = PUE &middot; E / 3.6e6",
	  "The run&#39;s share with the building&#39;s overhead, in kWh: cooling, power "
	  "supply, light." },
	{ 10, "Carbon", "C = sum of E<sub>site</sub>(t) &middot; I(t)",
	  "Each kWh with the carbon intensity of its place and, where known, its time; "
	  "else with the mean of a year." },
	{ 11, "The wall", "W = a dt + b &middot; E<sub>8</sub>",
	  "What the whole machine drew from its socket: the components, what its power supply "
	  "adds to them, and what no counter sees. It stands beside the sum and is never in it." },
	{ 12, "How sure", "u&sup2; = sum of u<sub>i</sub>&sup2;, &plusmn; 2 u",
	  "Every number has a 95 % interval from the meters&#39; errors, the shares&#39;, "
	  "gaps, and the spread of the factors. The truth is inside with about 19 chances "
	  "in 20." },
	{ 20, "Sections", "E<sub>s</sub> = sum of F(end) &minus; F(begin)",
	  "What was used between two marks, over all the times it was there; between two "
	  "readings by time." },
	{ 22, "A server&#39;s power, modelled", "P = f(hardware, load)",
	  "What a whole server draws, from published measurements of servers like it: where "
	  "nothing was read by a meter, beside the sum and never in it." },
};

void page_glossary(struct strbuf *out)
{
	strbuf_add(out,
		   "<h2 id=\"equations\">The equations</h2>\n<dl class=\"glossary\">\n");
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		strbuf_printf(out,
			      "<dt id=\"E-%d\">E-%d &nbsp;%s &nbsp;<code>%s</code></dt>\n"
			      "<dd>%s</dd>\n",
			      entries[i].number, entries[i].number, entries[i].name,
			      entries[i].formula, entries[i].meaning);
	strbuf_add(out, "</dl>\n");
}
