// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/verify/judge.h"
#include "benchmarks/barbench/verify/plan.h"
#include "benchmarks/barbench/verify/reads.h"

#define SINGLES 4 /* widths of single accesses: 1, 2, 4, 8 */
#define MAX_OTHERS 3 /* rows of a finding for reads that are none */

/* What single accesses of one width give of a word. */
struct view {
	unsigned char bytes[VERIFY_WORD];
	bool has[VERIFY_WORD];
	bool failed[VERIFY_WORD]; /* it was tried */
};

/* A word of a range, clipped to it, under judgement. */
struct suspect {
	struct port *port;
	struct verify_range *range;
	uint64_t start; /* aligned */
	uint64_t from, to; /* the part that is in the range */
	struct verify_cell **cells; /* the reads that have bytes of it */
	bool *at_odds; /* which of them are, with most others */
	size_t nr_cells;
	struct view reads[SINGLES], loads[SINGLES];
	bool odd[SINGLES]; /* single reads of that width are at odds with the others */
};

struct opinion {
	enum verify_fault fault;
	const char *why;
};

static const struct opinion no_mapping = { VERIFY_FAULT_UNDECIDED,
					   "there is no mapping to judge by" };
static const struct opinion no_load = { VERIFY_FAULT_UNDECIDED,
					"a load failed, or did not give the same twice" };
static const struct opinion same_load = { VERIFY_FAULT_DRIVER,
					  "a load of the same width gives what others say" };
static const struct opinion from_nowhere = { VERIFY_FAULT_DRIVER, "no load gives these bytes" };
static const struct opinion passed_on = { VERIFY_FAULT_DEVICE, "loads disagree in the same way" };

char *judge__bytes(const unsigned char *bytes, const bool *has, size_t length)
{
	char *text = malloc(length * 3 + 1);
	size_t i;

	for (i = 0; text && i < length; i++) {
		if (has && !has[i])
			memcpy(text + i * 3, "-- ", 4);
		else
			snprintf(text + i * 3, 4, "%02x ", bytes[i]);
	}
	if (text)
		text[length ? length * 3 - 1 : 0] = '\0';
	return text;
}

int judge__add_width(char **list, uint32_t width)
{
	const char *last = *list ? strrchr(*list, ',') : NULL;
	char *longer;

	last = last ? last + 1 : *list;
	if (last && strtoul(last, NULL, 10) == width)
		return 0;
	if (asprintf(&longer, "%s%s%" PRIu32, *list ? *list : "", *list ? "," : "", width) < 0)
		return -ENOMEM;
	free(*list);
	*list = longer;
	return 0;
}

static bool overlaps(const struct suspect *word, const struct verify_cell *cell)
{
	return cell->dir == VS_READ && cell->data && cell->offset < word->to &&
	       cell->offset + cell->returned > word->from;
}

static int open_word(struct suspect *word)
{
	const struct verify_range *range = word->range;
	uint64_t end = range->offset + range->length;
	size_t i;

	word->from = word->start < range->offset ? range->offset : word->start;
	word->to = end - word->start < VERIFY_WORD ? end : word->start + VERIFY_WORD;
	word->cells = calloc(range->nr_cells, sizeof(*word->cells));
	word->at_odds = calloc(range->nr_cells, sizeof(*word->at_odds));
	if (!word->cells || !word->at_odds)
		return -ENOMEM;
	for (i = 0; i < range->nr_cells; i++) {
		if (overlaps(word, &range->cells[i]))
			word->cells[word->nr_cells++] = &range->cells[i];
	}
	return 0;
}

static bool is_disputed(const struct suspect *word)
{
	uint64_t at;

	for (at = word->from; at < word->to; at++) {
		if (reads__is_disputed(verify_range__byte(word->range, at)))
			return true;
	}
	return false;
}

static bool is_single(const struct verify_cell *cell)
{
	return plan__is_single(cell->width, cell->offset) && cell->returned == cell->width;
}

static void read_again(const struct suspect *word)
{
	size_t i;

	for (i = 0; i < word->nr_cells; i++) {
		if (is_single(word->cells[i]))
			reads__again(word->port, word->range, word->cells[i]);
	}
}

/* What @cell gave of the word. */
static void view_cell(const struct suspect *word, const struct verify_cell *cell, struct view *view)
{
	uint64_t offset;

	for (offset = word->from; offset < word->to; offset++) {
		if (!reads__has(cell, offset))
			continue;
		view->has[offset - word->start] = true;
		view->bytes[offset - word->start] = cell->data[offset - cell->offset];
	}
}

static void view_reads(struct suspect *word)
{
	const struct verify_cell *cell;
	struct view *view;
	size_t i;

	for (i = 0; i < word->nr_cells; i++) {
		cell = word->cells[i];
		if (!is_single(cell))
			continue;
		view = &word->reads[__builtin_ctz(cell->width)];
		view_cell(word, cell, view);
	}
}

/* Twice: a load that gives two answers is none. */
static void load_one(struct suspect *word, struct view *view, uint64_t offset, size_t width)
{
	unsigned char first[VERIFY_WORD], second[VERIFY_WORD];
	size_t at = offset - word->start;

	if (port__load(word->port, offset, first, width) != (ssize_t)width ||
	    port__load(word->port, offset, second, width) != (ssize_t)width ||
	    memcmp(first, second, width)) {
		memset(view->failed + at, true, width);
		return;
	}
	memcpy(view->bytes + at, first, width);
	memset(view->has + at, true, width);
}

/* Only of widths that are in the plan: others may be left out of it for a reason. */
static bool is_planned(const struct verify_range *range, size_t width)
{
	size_t i;

	for (i = 0; i < range->nr_cells; i++) {
		if (range->cells[i].dir == VS_READ && range->cells[i].width == width)
			return true;
	}
	return false;
}

static void view_loads(struct suspect *word)
{
	uint64_t offset;
	size_t i, width;

	for (i = 0; i < SINGLES && word->range->mapped; i++) {
		width = (size_t)1 << i;
		if (!is_planned(word->range, width))
			continue;
		for (offset = word->start; offset < word->to; offset += width) {
			if (offset >= word->from && offset + width <= word->to)
				load_one(word, &word->loads[i], offset, width);
		}
	}
}

/* Whether another read than @cell gives @value at @offset. */
static bool others_say(const struct suspect *word, const struct verify_cell *cell, uint64_t offset,
		       unsigned char value)
{
	size_t i;

	for (i = 0; i < word->nr_cells; i++) {
		const struct verify_cell *other = word->cells[i];

		if (other != cell && reads__has(other, offset) &&
		    other->data[offset - other->offset] == value)
			return true;
	}
	return false;
}

static const struct opinion *judge_by_any_load(const struct suspect *word, size_t at,
					       unsigned char value)
{
	bool failed = false, any = false;
	size_t i;

	for (i = 0; i < SINGLES; i++) {
		const struct view *view = &word->loads[i];

		if (view->has[at] && view->bytes[at] == value)
			return &passed_on;
		any |= view->has[at];
		failed |= view->failed[at];
	}
	return any && !failed ? &from_nowhere : &no_load;
}

/* Of one byte of one access, at @offset, which others contradict. */
static const struct opinion *judge_byte(const struct suspect *word, const struct verify_cell *cell,
					uint64_t offset)
{
	unsigned char value = cell->data[offset - cell->offset];
	size_t at = offset - word->start;
	const struct view *same;

	if (is_single(cell)) {
		same = &word->loads[__builtin_ctz(cell->width)];
		if (!same->has[at])
			return &no_load;
		if (same->bytes[at] != value && others_say(word, cell, offset, same->bytes[at]))
			return &same_load;
	}
	return judge_by_any_load(word, at, value);
}

/* The driver's doing at one place is enough; what is not decided at one leaves the rest undecided. */
static const struct opinion *judge_word(const struct suspect *word)
{
	const struct opinion *opinion = &passed_on, *one;
	uint64_t offset;
	size_t i;

	if (!word->range->mapped)
		return &no_mapping;
	for (offset = word->from; offset < word->to; offset++) {
		if (!reads__is_disputed(verify_range__byte(word->range, offset)))
			continue;
		for (i = 0; i < word->nr_cells; i++) {
			if (!reads__has(word->cells[i], offset))
				continue;
			one = judge_byte(word, word->cells[i], offset);
			if (one->fault == VERIFY_FAULT_DRIVER)
				return one;
			if (one->fault == VERIFY_FAULT_UNDECIDED)
				opinion = one;
		}
	}
	return opinion;
}

static void mark_odd(struct suspect *word, uint64_t offset)
{
	int majority = reads__majority(word->cells, word->nr_cells, offset);
	size_t i;

	for (i = 0; i < word->nr_cells; i++) {
		const struct verify_cell *cell = word->cells[i];

		word->at_odds[i] |= reads__has(cell, offset) &&
				    cell->data[offset - cell->offset] != majority;
	}
}

/* The reads that are at odds with most, and their widths. */
static int find_odd(struct suspect *word, char **widths)
{
	uint64_t offset;
	size_t i;
	int err = 0;

	for (offset = word->from; offset < word->to; offset++) {
		if (reads__is_disputed(verify_range__byte(word->range, offset)))
			mark_odd(word, offset);
	}
	for (i = 0; i < word->nr_cells && !err; i++) {
		if (!word->at_odds[i])
			continue;
		word->cells[i]->content = VERIFY_MISMATCH;
		if (is_single(word->cells[i]))
			word->odd[__builtin_ctz(word->cells[i]->width)] = true;
		err = judge__add_width(widths, word->cells[i]->width);
	}
	return err;
}

static bool has_any(const struct view *view)
{
	size_t i;

	for (i = 0; i < VERIFY_WORD; i++) {
		if (view->has[i])
			return true;
	}
	return false;
}

static int add_row(const struct suspect *word, struct verify_finding *finding, const char *how,
		   uint32_t width, const struct view *view, bool at_odds)
{
	const size_t from = word->from - word->start, length = word->to - word->from;
	struct verify_row *row;

	if (!has_any(view))
		return 0;
	row = verify_finding__add_row(finding);
	if (!row)
		return -ENOMEM;
	row->how = strdup(how);
	row->width = width;
	row->at_odds = at_odds;
	row->bytes = judge__bytes(view->bytes + from, view->has + from, length);
	return row->how && row->bytes ? 0 : -ENOMEM;
}

static int add_singles(const struct suspect *word, struct verify_finding *finding)
{
	size_t i;
	int err = 0;

	for (i = 0; i < SINGLES && !err; i++) {
		err = add_row(word, finding, "read", 1U << i, &word->reads[i], word->odd[i]);
		if (!err)
			err = add_row(word, finding, "load", 1U << i, &word->loads[i], false);
	}
	return err;
}

/* Reads that are none, unaligned ones above all: some of those that are at odds. */
static int add_others(const struct suspect *word, struct verify_finding *finding)
{
	size_t i, added = 0;
	int err = 0;

	for (i = 0; i < word->nr_cells && added < MAX_OTHERS && !err; i++) {
		const struct verify_cell *cell = word->cells[i];
		struct view view = { 0 };

		if (!word->at_odds[i] || is_single(cell))
			continue;
		view_cell(word, cell, &view);
		err = add_row(word, finding, "read", cell->width, &view, true);
		added++;
	}
	return err;
}

static int fill_finding(const struct suspect *word, struct verify_finding *finding)
{
	const struct opinion *opinion = judge_word(word);
	int err;

	finding->offset = word->from;
	finding->length = (uint32_t)(word->to - word->from);
	finding->fault = opinion->fault;
	finding->why = strdup(opinion->why);
	if (!finding->why)
		return -ENOMEM;
	err = add_singles(word, finding);
	return err ? err : add_others(word, finding);
}

static int report(struct suspect *word, size_t listed)
{
	struct verify_finding *finding;
	char *widths = NULL;
	int err = find_odd(word, &widths);

	if (err || listed >= JUDGE_MAX_FINDINGS) {
		word->range->unlisted += !err;
		free(widths);
		return err;
	}
	finding = verify_range__add_finding(word->range);
	if (!finding) {
		free(widths);
		return -ENOMEM;
	}
	finding->dir = VS_READ;
	finding->at_odds = widths;
	return fill_finding(word, finding);
}

static int judge_at(struct port *port, struct verify_range *range, uint64_t start)
{
	struct suspect word = { .port = port, .range = range, .start = start };
	int err = open_word(&word);

	if (!err && is_disputed(&word) && range->nr_findings < JUDGE_MAX_FINDINGS) {
		view_reads(&word);
		read_again(&word);
		view_loads(&word);
		read_again(&word);
	}
	if (!err && is_disputed(&word))
		err = report(&word, range->nr_findings);
	free(word.cells);
	free(word.at_odds);
	return err;
}

int judge__reads(struct port *port, struct verify_range *range)
{
	uint64_t start = range->offset / VERIFY_WORD * VERIFY_WORD;
	uint64_t end = range->offset + range->length, at;
	bool disputed;
	int err = 0;

	for (; start < end && !err; start += VERIFY_WORD) {
		disputed = false;
		for (at = start; at < start + VERIFY_WORD && at < end; at++)
			disputed |= at >= range->offset &&
				    reads__is_disputed(verify_range__byte(range, at));
		if (disputed)
			err = judge_at(port, range, start);
	}
	return err;
}
