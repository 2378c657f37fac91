/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a statement refers to. A source of data is known by a word of its name in the texts
 * that numbers carry; a new one is a row.
 */
#include <string.h>

#include "report/statement-words.h"

struct row {
	struct statement_cite cite;
	enum statement_topic topic; /* where there is no word */
	const char *word; /* in the source's text, whatever it is the source of */
};

#define MISC(key, author, title, rest)                                                   \
	"@misc{" key ",\n"                                                               \
	"  author = {" author "},\n"                                                     \
	"  title  = {" title "},\n" rest "}\n"
#define URL(url) "  howpublished = {" url "},\n"

static const struct row rows[] = {
	{ { "henderson2020systematic",
	    "P. Henderson, J. Hu, J. Romoff, E. Brunskill, D. Jurafsky and J. Pineau. "
	    "Towards the Systematic Reporting of the Energy and Carbon Footprints of Machine "
	    "Learning. Journal of Machine Learning Research 21(248):1-43, 2020.",
	    "@article{henderson2020systematic,\n"
	    "  author  = {Peter Henderson and Jieru Hu and Joshua Romoff and Emma Brunskill "
	    "and\n"
	    "             Dan Jurafsky and Joelle Pineau},\n"
	    "  title   = {Towards the Systematic Reporting of the Energy and Carbon "
	    "Footprints of\n"
	    "             Machine Learning},\n"
	    "  journal = {Journal of Machine Learning Research},\n"
	    "  volume  = {21},\n"
	    "  number  = {248},\n"
	    "  pages   = {1--43},\n"
	    "  year    = {2020}\n"
	    "}\n" },
	  TOPIC_METHOD,
	  NULL },
	{ { "gramme", "gramme: weighs a run of a program, its energy and its carbon.",
	    "@misc{gramme,\n"
	    "  key   = {gramme},\n"
	    "  title = {gramme: weighs a run of a program, its energy and its carbon}\n"
	    "}\n" },
	  TOPIC_METHOD,
	  NULL },
	{ { "iso21031",
	    "ISO/IEC 21031:2024. Software Carbon Intensity (SCI) specification.",
	    MISC("iso21031", "{ISO/IEC}",
		 "{ISO/IEC} 21031:2024, Software Carbon Intensity ({SCI}) specification",
		 "  year   = {2024}\n") },
	  TOPIC_EMBODIED,
	  NULL },
	{ { "ricke2018country",
	    "K. Ricke, L. Drouet, K. Caldeira and M. Tavoni. Country-level social cost of "
	    "carbon. Nature Climate Change 8(10):895-900, 2018. "
	    "doi:10.1038/s41558-018-0282-y.",
	    "@article{ricke2018country,\n"
	    "  author  = {Katharine Ricke and Laurent Drouet and Ken Caldeira and Massimo "
	    "Tavoni},\n"
	    "  title   = {Country-level social cost of carbon},\n"
	    "  journal = {Nature Climate Change},\n"
	    "  volume  = {8},\n"
	    "  number  = {10},\n"
	    "  pages   = {895--900},\n"
	    "  year    = {2018},\n"
	    "  doi     = {10.1038/s41558-018-0282-y}\n"
	    "}\n" },
	  0,
	  "Ricke" },
	{ { "epa2023scghg",
	    "US EPA. Report on the Social Cost of Greenhouse Gases: Estimates Incorporating "
	    "Recent Scientific Advances. 2023. https://www.epa.gov/environmental-economics/"
	    "scghg",
	    MISC("epa2023scghg", "{U.S. Environmental Protection Agency}",
		 "Report on the Social Cost of Greenhouse Gases: Estimates Incorporating "
		 "Recent\n            Scientific Advances",
		 URL("https://www.epa.gov/environmental-economics/scghg") "  year   = {2023}\n") },
	  0,
	  "US EPA 2023" },
	{ { "ember", "Ember. Electricity data. https://ember-energy.org/data/",
	    MISC("ember", "{Ember}", "Electricity data",
		 URL("https://ember-energy.org/data/")) },
	  0,
	  "Ember" },
	{ { "electricitymaps", "Electricity Maps. https://www.electricitymaps.com/",
	    MISC("electricitymaps", "{Electricity Maps}",
		 "Carbon intensity of electricity",
		 URL("https://www.electricitymaps.com/")) },
	  0,
	  "lectricity Maps" },
	{ { "electricitymaps", "Electricity Maps. https://www.electricitymaps.com/",
	    MISC("electricitymaps", "{Electricity Maps}",
		 "Carbon intensity of electricity",
		 URL("https://www.electricitymaps.com/")) },
	  0,
	  "electricitymaps" },
	{ { "watttime", "WattTime. https://watttime.org/",
	    MISC("watttime", "{WattTime}", "Marginal emissions of electricity",
		 URL("https://watttime.org/")) },
	  0,
	  "watttime" },
	{ { "ukcarbon",
	    "National Energy System Operator. Carbon Intensity API. "
	    "https://carbonintensity.org.uk/",
	    MISC("ukcarbon", "{National Energy System Operator}",
		 "Carbon Intensity {API}", URL("https://carbonintensity.org.uk/")) },
	  0,
	  "ukcarbon" },
	{ { "energinet",
	    "Energinet. Energi Data Service. https://www.energidataservice.dk/",
	    MISC("energinet", "{Energinet}", "Energi Data Service",
		 URL("https://www.energidataservice.dk/")) },
	  0,
	  "energinet" },
	{ { "entsoe", "ENTSO-E. Transparency Platform. https://transparency.entsoe.eu/",
	    MISC("entsoe", "{ENTSO-E}", "Transparency Platform",
		 URL("https://transparency.entsoe.eu/")) },
	  0,
	  "entsoe" },
	{ { "eia", "US EIA. Hourly Electric Grid Monitor, form 930. https://www.eia.gov/",
	    MISC("eia", "{U.S. Energy Information Administration}",
		 "Hourly Electric Grid Monitor, form 930", URL("https://www.eia.gov/")) },
	  0,
	  "eia, zone" },
	{ { "caiso",
	    "California ISO. Emissions. https://www.caiso.com/todays-outlook/emissions",
	    MISC("caiso", "{California ISO}", "Emissions",
		 URL("https://www.caiso.com/todays-outlook/emissions")) },
	  0,
	  "caiso" },
	{ { "egrid2023", "US EPA. eGRID2023. https://www.epa.gov/egrid",
	    MISC("egrid2023", "{U.S. Environmental Protection Agency}", "{eGRID2023}",
		 URL("https://www.epa.gov/egrid")) },
	  0,
	  "eGRID" },
	{ { "wri2020water",
	    "World Resources Institute. Guidance for calculating water use embedded in "
	    "purchased electricity. 2020.",
	    MISC("wri2020water", "{World Resources Institute}",
		 "Guidance for calculating water use embedded in purchased electricity",
		 "  year   = {2020}\n") },
	  0,
	  "World Resources Institute" },
	{ { "uptime",
	    "Uptime Institute. Global Data Center Surveys. https://uptimeinstitute.com/",
	    MISC("uptime", "{Uptime Institute}", "Global Data Center Surveys",
		 URL("https://uptimeinstitute.com/")) },
	  0,
	  "Uptime" },
};

static bool has_word(const struct quantity *quantity, const char *word)
{
	return quantity->known && strstr(quantity->source, word) != NULL;
}

static const struct quantity *source_of(const struct run_view *view,
					enum statement_topic topic)
{
	if (topic == TOPIC_PUE)
		return &view->pue.value;
	return topic == TOPIC_GRID ? &view->intensity.value : &view->marginal.value;
}

static bool is_in_views(const struct statement *s, enum statement_topic topic,
			const char *word)
{
	for (size_t i = 0; i < s->count; i++)
		if (has_word(source_of(&s->views[i], topic), word))
			return true;
	return false;
}

static bool has_cost_word(const struct cost *cost, const char *word)
{
	return cost->usd.known && has_word(&cost->usd_per_t.value, word);
}

/* Whether what is said of that topic names the source. */
static bool is_named(const struct statement *s, enum statement_topic topic,
		     const char *word)
{
	switch (topic) {
	case TOPIC_COST:
		return has_cost_word(&s->cost_country, word) ||
		       has_cost_word(&s->cost_global, word);
	case TOPIC_GRID:
		return has_word(&s->total.carbon_kg, word) || is_in_views(s, topic, word);
	case TOPIC_MARGINAL:
		return s->marginal_kg.known && is_in_views(s, topic, word);
	case TOPIC_WATER:
		return has_word(&s->water_l, word);
	case TOPIC_PUE:
		return s->total.facility_kwh.known && is_in_views(s, topic, word);
	case TOPIC_METHOD:
	case TOPIC_EMBODIED:
	case TOPIC_ALL:
		break;
	}
	return false;
}

static bool is_used_for(const struct statement *s, const struct row *row,
			enum statement_topic topic)
{
	if (!row->word)
		return row->topic == topic &&
		       (topic != TOPIC_EMBODIED || s->embodied_kg.known);
	return is_named(s, topic, row->word);
}

static bool is_used(const struct statement *s, const struct row *row,
		    enum statement_topic topic)
{
	if (topic != TOPIC_ALL)
		return is_used_for(s, row, topic);
	for (int i = 0; i < TOPIC_ALL; i++)
		if (is_used_for(s, row, (enum statement_topic)i))
			return true;
	return false;
}

static bool is_among(const struct statement_cite *cites, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(cites[i].key, key) == 0)
			return true;
	return false;
}

size_t statement_cites(const struct statement *s, enum statement_topic topic,
		       struct statement_cite ret[STATEMENT_CITES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows) && count < STATEMENT_CITES_MAX; i++)
		if (is_used(s, &rows[i], topic) &&
		    !is_among(ret, count, rows[i].cite.key))
			ret[count++] = rows[i].cite;
	return count;
}
