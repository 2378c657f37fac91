/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: accelerator_tdp.csv.
 * Gives: the most power of a board or module by its name, and how many were named.
 * Needs: nothing but the table.
 * Limits: datasheets' figures, mostly from memory; what is not listed is not guessed.
 */
#include "place/accelerator.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "place/factor-row.h"

#define TABLE     "accelerator_tdp"
#define WORDS_MAX 12
#define WORD_MAX  24
#define NAMES_MAX 3
#define TEXT_MOST 120

struct words {
	char word[WORDS_MAX][WORD_MAX];
	size_t count;
	bool cut; /* more or longer ones than there is room for: fits nothing */
};

/* A row and how it fits. */
struct row {
	const char *maker;
	const char *model;
	const char *variant;
	const char *source;
	double max_w;
};

static bool is_in(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

/* What every name may have or not. "max" stays: Max 1550 is the model's name. */
static bool is_noise(const char *word)
{
	static const char *const noise[] = {
		"nvidia", "amd",    "intel",       "google",   "geforce",
		"tesla",  "gpu",    "gpus",        "tensor",   "core",
		"data",   "center", "accelerator", "graphics", "card",
		"chip",   "board",  "instinct",    "radeon",   "rx",
		"rtx",    "gtx",    "arc",         "jetson",   "hpu",
	};

	return is_in(word, noise, ARRAY_SIZE(noise));
}

static bool is_form(const char *word)
{
	static const char *const forms[] = { "sxm", "pcie", "nvl", "oam" };

	return is_in(word, forms, ARRAY_SIZE(forms));
}

/* "80gb". Its kind of memory, "hbm3", tells nothing that the size does not. */
static bool is_size(const char *word)
{
	size_t digits = strspn(word, "0123456789");

	return digits > 0 && strcmp(word + digits, "gb") == 0;
}

static bool is_memory_kind(const char *word)
{
	return strncmp(word, "hbm", 3) == 0 || strncmp(word, "gddr", 4) == 0;
}

static bool is_letter(char c)
{
	char low = lower_ascii(c);

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
	       ((unsigned char)c & 0x80) != 0;
}

/* "80 GB" is one word. */
static bool join_size(struct words *words)
{
	char *before = words->count > 0 ? words->word[words->count - 1] : NULL;
	size_t len = before ? strlen(before) : 0;

	if (len == 0 || len > 4 || strspn(before, "0123456789") != len)
		return false;
	(void)copy_text(before + len, WORD_MAX - len, "gb");
	return true;
}

/* "SXM5" and "SXM" are one form, "80 GiB" and "80GB" one size. */
static void put_word(struct words *words, const char *text, size_t len)
{
	char *word = words->word[words->count];

	if (len >= WORD_MAX) {
		words->cut = true;
		return;
	}
	for (size_t i = 0; i < len; i++)
		word[i] = lower_ascii(text[i]);
	word[len] = '\0';
	if (strncmp(word, "sxm", 3) == 0 && strspn(word + 3, "0123456789") == len - 3)
		word[3] = '\0';
	if (len >= 3 && strcmp(word + len - 3, "gib") == 0)
		(void)copy_text(word + len - 3, 3, "gb");
	if (strcmp(word, "gb") == 0 && join_size(words))
		return;
	words->count++;
}

static void split(const char *text, struct words *ret)
{
	ret->count = 0;
	ret->cut = false;
	while (*text != '\0') {
		size_t len = 0;

		while (text[len] != '\0' && is_letter(text[len]))
			len++;
		if (len == 0) {
			text++;
			continue;
		}
		if (ret->count == WORDS_MAX) {
			ret->cut = true;
			return;
		}
		put_word(ret, text, len);
		text += len;
	}
}

static bool has(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->word[i], word) == 0)
			return true;
	return false;
}

static bool has_any(const struct words *words, bool (*is)(const char *))
{
	for (size_t i = 0; i < words->count; i++)
		if (is(words->word[i]))
			return true;
	return false;
}

static bool row_at(const struct table *table, size_t at, struct row *ret)
{
	const struct row row = {
		.maker = table_text(table, at, table_column(table, "maker")),
		.model = table_text(table, at, table_column(table, "model")),
		.variant = table_text(table, at, table_column(table, "variant")),
		.source = table_text(table, at, table_column(table, "source")),
	};

	*ret = row;
	return row.model[0] != '\0' &&
	       table_number(table, at, table_column(table, "max_w"), &ret->max_w) &&
	       ret->max_w > 0;
}

/* All that is the model's is asked for, but for what is noise. */
static bool model_is_asked(const struct words *asked, const struct words *model)
{
	size_t own = 0;

	for (size_t i = 0; i < model->count; i++) {
		if (is_noise(model->word[i]))
			continue;
		if (!has(asked, model->word[i]))
			return false;
		own++;
	}
	return own > 0;
}

/* A form or a size tells variants apart where the row has one, and else says nothing. */
static bool word_fits(const char *word, const struct words *model,
		      const struct words *variant)
{
	if (is_noise(word) || is_memory_kind(word) || has(model, word) ||
	    has(variant, word))
		return true;
	if (is_form(word))
		return !has_any(variant, is_form);
	return is_size(word) && !has_any(variant, is_size);
}

static bool fits(const struct words *asked, const struct row *row)
{
	struct words model;
	struct words variant;

	split(row->model, &model);
	split(row->variant, &variant);
	if (asked->cut || !model_is_asked(asked, &model))
		return false;
	for (size_t i = 0; i < asked->count; i++)
		if (!word_fits(asked->word[i], &model, &variant))
			return false;
	return true;
}

static void full_name(const struct row *row, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%.14s %.32s%s%.14s", row->maker, row->model,
		       row->variant[0] != '\0' ? " " : "", row->variant);
}

static void add_variant(struct strbuf *note, const struct row *row)
{
	strbuf_printf(note, "%s%.14s %g W", note->len > 0 ? ", " : "",
		      row->variant[0] != '\0' ? row->variant : "plain", row->max_w);
}

struct found {
	struct row best;
	size_t count;
	double least_w;
	struct strbuf variants;
};

static void found_done(struct found *found)
{
	strbuf_done(&found->variants);
}

static int take(struct found *found, const struct row *row, const char *text,
		struct diag *diag)
{
	if (found->count > 0 && !same_ascii(found->best.model, row->model)) {
		(void)diag_say(diag, -EEXIST, "'%.60s' may be %s or %s", text,
			       found->best.model, row->model);
		diag_fix(diag, "--gpu \"%s\"", row->model);
		return -EEXIST;
	}
	if (found->count++ == 0)
		found->least_w = row->max_w;
	add_variant(&found->variants, row);
	found->least_w = fmin(found->least_w, row->max_w);
	if (found->count == 1 || row->max_w > found->best.max_w)
		found->best = *row;
	return 0;
}

static int find(const struct table *table, const char *text, struct diag *diag,
		struct found *ret)
{
	struct words asked;
	struct row row;
	int r = 0;

	split(text, &asked);
	for (size_t i = 0; i < table_rows(table) && r == 0; i++)
		if (row_at(table, i, &row) && fits(&asked, &row))
			r = take(ret, &row, text, diag);
	return r;
}

/* Differ by a letter or two, or one begins with the other: "H10", "A1OO", "MI300". */
static bool is_near(const char *a, const char *b)
{
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);
	size_t least = a_len < b_len ? a_len : b_len;
	size_t other = 0;

	if (least < 2 || a_len + b_len - 2 * least > 2)
		return false;
	for (size_t i = 0; i < least; i++)
		other += a[i] != b[i];
	return other == 0 || (a_len == b_len && other <= a_len / 3);
}

static bool row_is_near(const struct words *asked, const struct row *row)
{
	struct words model;

	split(row->model, &model);
	for (size_t i = 0; i < asked->count; i++) {
		if (is_noise(asked->word[i]))
			continue;
		for (size_t k = 0; k < model.count; k++)
			if (!is_noise(model.word[k]) &&
			    is_near(asked->word[i], model.word[k]))
				return true;
	}
	return false;
}

static int say_none(const struct table *table, const char *text, struct diag *diag)
{
	CLEANUP(strbuf_done) struct strbuf names = STRBUF_INIT;
	const char *last = "";
	struct words asked;
	struct row row;
	size_t count = 0;

	split(text, &asked);
	for (size_t i = 0; i < table_rows(table) && count < NAMES_MAX; i++) {
		if (!row_at(table, i, &row) || same_ascii(row.model, last) ||
		    !row_is_near(&asked, &row))
			continue;
		strbuf_printf(&names, "%s%s", count++ > 0 ? ", " : "", row.model);
		last = row.model;
	}
	(void)diag_say(diag, -ENOENT, "the table has no accelerator '%.60s'%s%s", text,
		       count > 0 ? "; near it: " : "", names.text ? names.text : "");
	diag_fix(diag, "gramme data --export DIR, and add it to %s.csv", TABLE);
	return -ENOENT;
}

/* "8 x H100", "2xA100", "8 H100": how long the count and its sign are; 0: there is none. */
static size_t count_len(const char *text, uint32_t *ret_count)
{
	size_t digits = strspn(text, "0123456789");
	size_t len = digits + strspn(text + digits, " ");
	uint32_t count = 0;

	if (digits == 0 || digits > 6)
		return 0;
	for (size_t i = 0; i < digits; i++)
		count = count * 10 + (uint32_t)(text[i] - '0');
	if (lower_ascii(text[len]) == 'x' || text[len] == '*')
		len++;
	else if (strncmp(text + len, "\xc3\x97", 2) == 0)
		len += 2;
	else if (len == digits || digits > 2)
		return 0; /* a model's number: "4090", "3090 Ti" */
	*ret_count = count;
	return len;
}

static void put(const struct found *found, struct accelerator *ret)
{
	const struct row *best = &found->best;

	full_name(best, ret->name, sizeof ret->name);
	ret->limit_w = (struct quantity){ .known = true,
					  .value = best->max_w,
					  .low = found->least_w,
					  .high = best->max_w,
					  .kind = KIND_ASSUMED };
	(void)copy_text(ret->limit_w.source, sizeof ret->limit_w.source, best->source);
	ret->note[0] = '\0';
	if (found->count > 1 && found->least_w < best->max_w)
		(void)snprintf(ret->note, sizeof ret->note,
			       "any of %s: the highest is taken",
			       found->variants.text ? found->variants.text : "several");
}

int accelerator_of_text(struct tables *tables, const char *text, struct diag *diag,
			struct accelerator *ret)
{
	CLEANUP(found_done) struct found found = { .variants = STRBUF_INIT };
	const struct table *table = tables_get(tables, TABLE);
	uint32_t count = 1;
	int r;

	text += strspn(text, " \t");
	text += count_len(text, &count);
	text += strspn(text, " \t");
	if (*text == '\0' || strlen(text) > TEXT_MOST)
		return diag_say(diag, -EINVAL, "that is no accelerator's name");
	if (count == 0 || count > ACCELERATOR_COUNT_MAX)
		return diag_say(diag, -EINVAL, "%u accelerators are too %s", count,
				count == 0 ? "few" : "many");
	if (!table)
		return diag_say(diag, -ENOENT, "there is no table %s", TABLE);
	r = find(table, text, diag, &found);
	if (r < 0)
		return r;
	if (found.count == 0)
		return say_none(table, text, diag);
	put(&found, ret);
	ret->count = count;
	return 0;
}
