// SPDX-License-Identifier: GPL-2.0-only
/* vfioscope.compare/1, see vfioscope-compare(1). */
#include <errno.h>
#include <jansson.h>
#include <math.h>

#include "user/render/compare.h"
#include "user/render/json_out.h"

#define COMPARE_SCHEMA "vfioscope.compare/1"

/* Takes both over in any case. */
static int set_sides(json_t *object, const char *key, json_t *base, json_t *new)
{
	json_t *sides = json_object();
	int err_base = json_out__set(sides, "base", base);
	int err_new = json_out__set(sides, "new", new);
	int err = json_out__set(object, key, sides);

	return err ?: err_base ?: err_new;
}

static int set_options(json_t *document, const struct compare *compare)
{
	const struct compare_options *options = &compare->options;
	json_t *object = json_object();
	int err = json_out__set(document, "options", object);

	err = err ?: json_out__set(object, "threshold", json_real(options->threshold));
	err = err ?: json_out__set(object, "level", json_real(options->level));
	err = err ?: json_out__set(object, "alpha", json_real(options->alpha));
	err = err ?: json_out__set(object, "alpha_noisy", json_real(options->alpha_noisy));
	err = err ?: json_out__set(object, "alpha_coarse", json_real(options->alpha_coarse));
	err = err ?: json_out__set(object, "seed", json_integer((json_int_t)options->seed));
	return err
		       ?: json_out__set_text(object, "unit",
					     options->repetitions && compare->kind != COMPARE_TRACE
						     ? "repetition"
						     : "file");
}

static int append(json_t *array, json_t *element)
{
	return json_array_append_new(array, element) ? -ENOMEM : 0;
}

static json_t *texts(char *const *values, size_t nr)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++) {
		json_t *holder = json_object();

		/* Through a key, which escapes it. */
		if (json_out__set_text(holder, "text", values[i]) ||
		    json_array_append(array, json_object_get(holder, "text"))) {
			json_decref(array);
			array = NULL;
		}
		json_decref(holder);
	}
	return array;
}

static int fill_fact(json_t *object, const struct compare_fact *fact, unsigned int kind)
{
	int err = json_out__set_text(object, "what", compare_fact__name(kind));

	err = err
		      ?: json_out__set(object, "base",
				       texts(fact->values[COMPARE_BASE], fact->nr[COMPARE_BASE]));
	err = err
		      ?: json_out__set(object, "new",
				       texts(fact->values[COMPARE_NEW], fact->nr[COMPARE_NEW]));
	return err ?: json_out__set(object, "refused", json_boolean(fact->refused));
}

static int set_facts(json_t *document, const struct compare *compare)
{
	json_t *array = json_array();
	int err = json_out__set(document, "differs", array);

	for (int kind = 0; !err && kind < COMPARE_FACTS; kind++) {
		json_t *object;

		if (!compare->facts[kind].differs)
			continue;
		object = json_object();
		err = append(array, object) ?: fill_fact(object, &compare->facts[kind], kind);
	}
	return err;
}

static int set_changes(json_t *document, const struct compare *compare)
{
	json_t *array = json_array();
	int err = json_out__set(document, "changes", array);

	for (size_t i = 0; !err && i < compare->nr_changes; i++) {
		json_t *object = json_object();

		err = append(array, object);
		err = err ?: json_out__set_text(object, "text", compare->changes[i].text);
	}
	return err;
}

/* null where it is infinite. */
static json_t *bound(double value)
{
	return isinf(value) ? json_null() : json_real(value);
}

/* null where nothing was measured. */
static json_t *median(const struct compare_cell *cell, enum compare_metric metric,
		      enum compare_side side)
{
	return cell->side[side].metrics[metric].nr ? json_real(cell->results[metric].median[side])
						   : json_null();
}

static int fill_result(json_t *object, const struct compare_cell *cell, enum compare_metric metric)
{
	const struct compare_result *result = &cell->results[metric];
	const struct compare_sums *base = &cell->side[COMPARE_BASE],
				  *new = &cell->side[COMPARE_NEW];
	bool measured = result->verdict != COMPARE_NO_VERDICT && (!result->why || result->needed);
	int err = json_out__set_text(object, "metric", compare_metric__name(metric));

	err = err ?: json_out__set_text(object, "verdict", compare_verdict__name(result->verdict));
	err = err ?: json_out__set_text(object, "why", result->why);
	if (result->needed)
		err = err
			      ?: json_out__set(object, "needed",
					       json_integer((json_int_t)result->needed));
	err = err
		      ?: set_sides(object, "units",
				   json_integer((json_int_t)base->metrics[metric].nr),
				   json_integer((json_int_t) new->metrics[metric].nr));
	err = err
		      ?: set_sides(object, "median", median(cell, metric, COMPARE_BASE),
				   median(cell, metric, COMPARE_NEW));
	if (!measured)
		return err;
	err = err ?: json_out__set(object, "shift", json_real(result->shift));
	err = err ?: json_out__set(object, "low", bound(result->interval.low));
	err = err ?: json_out__set(object, "high", bound(result->interval.high));
	err = err ?: json_out__set(object, "level", json_real(result->interval.level));
	err = err ?: json_out__set(object, "exact", json_boolean(result->exact));
	err = err ?: json_out__set(object, "p", json_real(result->p));
	err = err ?: json_out__set(object, "adjusted_p", json_real(result->adjusted_p));
	err = err ?: json_out__set(object, "alpha", json_real(result->alpha));
	return err ?: json_out__set(object, "noise", json_real(result->noise));
}

static int fill_cell(json_t *object, const struct compare_view *view,
		     const struct compare_cell *cell)
{
	json_t *results = json_array();
	int err = json_out__set(object, "results", results);

	err = err ?: json_out__set_text(object, "cell", cell->name);
	err = err ?: json_out__set_text(object, "verdict", compare_verdict__name(cell->verdict));
	err = err
		      ?: set_sides(object, "count",
				   json_integer((json_int_t)cell->side[COMPARE_BASE].total.count),
				   json_integer((json_int_t)cell->side[COMPARE_NEW].total.count));
	for (int metric = 0; !err && metric < COMPARE_METRICS; metric++) {
		json_t *result;

		if (!compare_view__shows(view, cell, metric))
			continue;
		result = json_object();
		err = append(results, result) ?: fill_result(result, cell, metric);
	}
	return err;
}

static int set_cells(json_t *document, const struct compare_view *view)
{
	json_t *array = json_array();
	int err = json_out__set(document, "cells", array);

	for (size_t i = 0; !err && i < view->compare->nr_cells; i++) {
		json_t *object = json_object();

		err = append(array, object) ?: fill_cell(object, view, &view->compare->cells[i]);
	}
	return err;
}

static int fill(json_t *document, const struct compare_view *view)
{
	const struct compare *compare = view->compare;
	const char *verdict = compare_verdict__name(compare__verdict(compare));
	int err = json_out__set_text(document, "schema", COMPARE_SCHEMA);

	err = err ?: json_out__set_text(document, "kind", compare_kind__name(compare->kind));
	err = err ?: json_out__set_text(document, "verdict", verdict);
	err = err
		      ?: set_sides(document, "files",
				   json_integer((json_int_t)compare->files[COMPARE_BASE]),
				   json_integer((json_int_t)compare->files[COMPARE_NEW]));
	err = err ?: json_out__set(document, "lossy", json_boolean(compare->lossy));
	err = err ?: json_out__set(document, "tests", json_integer((json_int_t)compare->tests));
	err = err
		      ?: json_out__set(document, "tests_coarse",
				       json_integer((json_int_t)compare->tests_coarse));
	err = err ?: set_options(document, compare);
	err = err ?: set_facts(document, compare);
	err = err ?: set_changes(document, compare);
	return err ?: set_cells(document, view);
}

int render_compare__json(FILE *out, const struct compare_view *view)
{
	json_t *document = json_object();
	int err = fill(document, view);

	if (!err)
		json_out__dump(out, document);
	json_decref(document);
	return err;
}
