// SPDX-License-Identifier: GPL-2.0-only
/* compare: base runs against new runs. All files are read before anything is written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/cli/cli.h"
#include "user/cli/compare_files.h"
#include "user/cli/compare_history.h"
#include "user/cli/options.h"
#include "user/render/compare.h"

static const struct form {
	const char *name;
	int (*render)(FILE *out, const struct compare_view *view);
	int (*history)(FILE *out, const struct history_view *view); /* NULL: not in this form */
} forms[] = {
	{ "text", render_compare__text, render_history__text },
	{ "json", render_compare__json, render_history__json },
	{ "markdown", render_compare__markdown, NULL },
	{ "html", render_compare__html, NULL },
};

#define NR_FORMS (sizeof(forms) / sizeof(forms[0]))

struct options {
	const struct form *form;
	struct compare_options compare;
	bool all;
	bool history;
	const char *judging; /* an option given that only a comparison has; NULL: none */
	char **paths; /* base, then new; has room for all arguments */
	size_t nr_paths;
	size_t nr_base; /* of them; 0: --new was not given */
};

enum { KEY_JSON = 0x300, KEY_NEW, KEY_THRESHOLD, KEY_ACROSS, KEY_SEED, KEY_HISTORY };

static const struct argp_option options[] = {
	{ "new", KEY_NEW, "NEW", 0, "This file or directory, and those after it, are the new runs",
	  0 },
	{ "threshold", KEY_THRESHOLD, "PERCENT", 0,
	  "Call nothing that is not shown to be larger (default 1%)", 0 },
	{ "across", KEY_ACROSS, "WHAT,...", 0,
	  "Let these differ: kernel, machine, attach; else no verdict counts when they do", 0 },
	{ "all", 'a', NULL, 0, "Show each quantile, throughput and error rate of each cell", 0 },
	{ "seed", KEY_SEED, "N", 0, "Of the resampling of quantiles (default 1)", 0 },
	{ "history", KEY_HISTORY, "DIR", 0,
	  "Draw each case over all files in DIR (and further arguments), and mark where it changed",
	  0 },
	{ "format", 'f', "FORM", 0,
	  "text (default), json (vfioscope.compare/1), markdown or html; "
	  "of a history text or json",
	  0 },
	{ "json", KEY_JSON, NULL, 0, "Same as --format json", 0 },
	{ 0 },
};

static const char doc[] =
	"Tell whether new runs are slower than base runs: traces, bench runs or hyperfine's "
	"exports, by file or by directory.\v"
	"The unit is the file, and with one file a side the repetition. A regression is called if "
	"it is significant over all that was tested, and its interval lies beyond the larger of "
	"--threshold and the standard deviation between base units. Exit status: 0 no regression, "
	"1 a regression, 2 trouble, 3 undecided.\n\n"
	"EXAMPLES\n"
	"  vfioscope compare base.json new.json          two bench runs, by repetition\n"
	"  vfioscope compare base/ new/                  two directories of runs\n"
	"  vfioscope compare base*.json --new new*.json\n"
	"  vfioscope compare old/ new/ --across kernel -f markdown\n"
	"  vfioscope compare base/ new/ --json | jq .verdict\n"
	"  vfioscope compare --history runs/             since when is it slower?\n";

static void set_form(const struct argp_state *state, struct options *opts, const char *name)
{
	for (size_t i = 0; i < NR_FORMS; i++) {
		if (!strcmp(forms[i].name, name)) {
			opts->form = &forms[i];
			return;
		}
	}
	cli__usage(state, "--format: there is no form '%s', only text, json, markdown and html",
		   name);
}

static void set_across(const struct argp_state *state, struct options *opts, char *list)
{
	char *rest = NULL;

	for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		int fact = compare_fact__parse(word);

		if (fact < 0)
			cli__usage(state, "--across: '%s' is none of kernel, machine, attach",
				   word);
		opts->compare.across |= 1u << fact;
	}
}

static void set_new(const struct argp_state *state, struct options *opts, char *path)
{
	if (opts->nr_base)
		cli__usage(state, "--new: only one can be given; more files follow it");
	if (!opts->nr_paths)
		cli__usage(state, "--new: the base runs come before it");
	opts->nr_base = opts->nr_paths;
	opts->paths[opts->nr_paths++] = path;
}

static void check(const struct argp_state *state, struct options *opts)
{
	if (opts->history && opts->nr_base)
		cli__usage(state, "--history has no base and no new runs");
	if (opts->history && !opts->form->history)
		cli__usage(state, "--history is shown as text or json only");
	if (opts->history && opts->judging)
		cli__usage(state, "%s is of a comparison, and --history makes none", opts->judging);
	if (opts->history || opts->nr_base)
		return;
	if (opts->nr_paths != 2)
		cli__usage(state,
			   "%zu given, and which are new was not: name two files or directories, "
			   "or use --new",
			   opts->nr_paths);
	opts->nr_base = 1;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
	case KEY_NEW:
		set_new(state, opts, arg);
		return 0;
	case KEY_THRESHOLD:
		opts->judging = "--threshold";
		opts->compare.threshold = option__percent(state, "--threshold", arg, 1);
		return 0;
	case KEY_ACROSS:
		opts->judging = "--across";
		set_across(state, opts, arg);
		return 0;
	case KEY_SEED:
		opts->judging = "--seed";
		opts->compare.seed = option__u64(state, "--seed", arg, 0, UINT64_MAX >> 16);
		return 0;
	case KEY_HISTORY:
		opts->history = true;
		opts->paths[opts->nr_paths++] = arg;
		return 0;
	case 'a':
		opts->judging = "--all";
		opts->all = true;
		return 0;
	case 'f':
		set_form(state, opts, arg);
		return 0;
	case KEY_JSON:
		set_form(state, opts, "json");
		return 0;
	case ARGP_KEY_ARG:
		opts->paths[opts->nr_paths++] = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, opts);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int find_files(const struct options *opts, struct compare_files *files)
{
	int err = 0;

	for (size_t i = 0; !err && i < opts->nr_paths; i++)
		err = compare_files__append(&files[i < opts->nr_base ? COMPARE_BASE : COMPARE_NEW],
					    opts->paths[i]);
	return err;
}

static int judge(struct options *opts, struct compare_files *files, struct compare *compare)
{
	const struct compare_view view = { .compare = compare, .all = opts->all };
	int err = compare_files__read(&files[COMPARE_BASE], &files[COMPARE_NEW], compare,
				      COMPARE_BASE);

	err = err
		      ?: compare_files__read(&files[COMPARE_NEW], &files[COMPARE_BASE], compare,
					     COMPARE_NEW);
	if (err)
		return err;
	err = compare__finish(compare);
	err = err ?: opts->form->render(stdout, &view);
	if (err)
		cli__error("cannot compare the runs: %s", strerror(-err));
	return err;
}

static int exit_code(const struct compare *compare)
{
	switch (compare__verdict(compare)) {
	case COMPARE_REGRESSION:
		return EXIT_FINDING;
	case COMPARE_UNDECIDED:
		return EXIT_UNDECIDED;
	default:
		return EXIT_OK;
	}
}

static int compare_files(struct options *opts)
{
	struct compare_files files[COMPARE_SIDES] = {};
	struct compare compare;
	int err = find_files(opts, files);

	opts->compare.repetitions = files[COMPARE_BASE].nr == 1 && files[COMPARE_NEW].nr == 1;
	compare__init(&compare, &opts->compare);
	err = err ?: judge(opts, files, &compare);
	for (int side = 0; side < COMPARE_SIDES; side++)
		compare_files__free(&files[side]);
	err = err ? EXIT_TROUBLE : exit_code(&compare);
	compare__free(&compare);
	return err;
}

int cmd_compare(int argc, char **argv)
{
	static const struct argp argp = { .options = options,
					  .parser = parse,
					  .args_doc = "BASE NEW\nBASE... --new NEW...\n"
						      "--history DIR",
					  .doc = doc };
	struct options opts = { .form = &forms[0],
				.compare = COMPARE_DEFAULTS,
				.paths = calloc(argc, sizeof(char *)) };
	int code;

	if (!opts.paths) {
		cli__error("out of memory");
		return EXIT_TROUBLE;
	}
	cli__parse(&argp, argc, argv, ARGP_IN_ORDER, &opts);
	code = opts.history ? compare_history__run(opts.paths, opts.nr_paths, opts.form->history)
			    : compare_files(&opts);
	free(opts.paths);
	return code;
}
