// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/compare_history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/cli/cli.h"
#include "user/cli/compare_files.h"

/* What is read is not kept: each file is read once to know when it was recorded, and again in that order. */
static int sort(struct compare_files *files)
{
	const struct compare_files none = {};
	struct compare scratch;
	int err;

	compare__init(&scratch, &COMPARE_DEFAULTS);
	err = compare_files__read(files, &none, &scratch, COMPARE_BASE);
	compare__free(&scratch);
	if (!err)
		compare_files__sort(files);
	return err;
}

static int follow(struct compare_files *files, struct history *history)
{
	const struct compare_files none = {};
	int err = 0;

	for (size_t i = 0; !err && i < files->nr; i++) {
		struct compare_files one = { &files->files[i], 1 };
		struct compare compare;

		compare__init(&compare, &COMPARE_DEFAULTS);
		err = compare_files__read(&one, &none, &compare, COMPARE_BASE);
		err = err ?: history__add(history, &compare);
		compare__free(&compare);
	}
	return err ?: history__finish(history);
}

static int print(const struct compare_files *files, const struct history *history,
		 int (*render)(FILE *out, const struct history_view *view))
{
	const char **paths = calloc(files->nr, sizeof(*paths));
	const struct history_view view = { .history = history, .paths = paths };
	int err = paths ? 0 : -ENOMEM;

	for (size_t i = 0; paths && i < files->nr; i++)
		paths[i] = files->files[i].path;
	err = err ?: render(stdout, &view);
	free(paths);
	if (err)
		cli__error("cannot show the history: %s", strerror(-err));
	return err;
}

int compare_history__run(char *const *paths, size_t nr,
			 int (*render)(FILE *out, const struct history_view *view))
{
	struct compare_files files = {};
	struct history history = {};
	int err = 0;

	for (size_t i = 0; !err && i < nr; i++)
		err = compare_files__append(&files, paths[i]);
	err = err ?: sort(&files);
	err = err ?: follow(&files, &history);
	err = err ?: print(&files, &history, render);
	history__free(&history);
	compare_files__free(&files);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
