// SPDX-License-Identifier: GPL-2.0-only
/* vfioscope.history/1, see vfioscope-compare(1). */
#include <errno.h>
#include <jansson.h>

#include "user/render/history.h"
#include "user/render/json_out.h"

#define HISTORY_SCHEMA "vfioscope.history/1"

static int append(json_t *array, json_t *element)
{
	return json_array_append_new(array, element) ? -ENOMEM : 0;
}

static int set_files(json_t *document, const struct history_view *view)
{
	json_t *array = json_array();
	int err = json_out__set(document, "files", array);

	for (size_t i = 0; !err && i < view->history->files; i++) {
		json_t *object = json_object();

		err = append(array, object) ?: json_out__set_text(object, "file", view->paths[i]);
	}
	return err;
}

static int set_points(json_t *object, const struct history_series *series)
{
	json_t *array = json_array();
	int err = json_out__set(object, "points", array);

	for (size_t i = 0; !err && i < series->nr; i++)
		err = append(array,
			     json_pack("[I, f]", (json_int_t)series->files[i], series->values[i]));
	return err;
}

static int set_levels(json_t *object, const struct history_series *series)
{
	json_t *array = json_array();
	int err = json_out__set(object, "levels", array);

	for (size_t i = 0; !err && i < series->nr_levels; i++) {
		const struct history_level *level = &series->levels[i];

		err = append(array, json_pack("{s:I, s:f}", "from_file",
					      (json_int_t)series->files[level->first], "median",
					      level->median));
	}
	return err;
}

static int set_series(json_t *document, const struct history *history)
{
	json_t *array = json_array();
	int err = json_out__set(document, "series", array);

	for (size_t i = 0; !err && i < history->nr_series; i++) {
		const struct history_series *series = &history->series[i];
		json_t *object = json_object();

		err = append(array, object) ?: json_out__set_text(object, "cell", series->name);
		err = err
			      ?: json_out__set_text(object, "metric",
						    compare_metric__name(series->metric));
		err = err
			      ?: json_out__set(object, "too_few_files",
					       json_boolean(series->too_short));
		err = err ?: set_levels(object, series);
		err = err ?: set_points(object, series);
	}
	return err;
}

int render_history__json(FILE *out, const struct history_view *view)
{
	json_t *document = json_object();
	int err = json_out__set_text(document, "schema", HISTORY_SCHEMA);

	err = err
		      ?: json_out__set(document, "needed_files",
				       json_integer((json_int_t)view->history->needed));
	err = err ?: set_files(document, view);
	err = err ?: set_series(document, view->history);
	if (!err)
		json_out__dump(out, document);
	json_decref(document);
	return err;
}
