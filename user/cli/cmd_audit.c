// SPDX-License-Identifier: GPL-2.0-only
/*
 * audit: holds runs, or a live trace, against an access policy. All run files are read before anything is
 * written.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/audit.h"
#include "user/cli/audit_live.h"
#include "user/cli/cli.h"
#include "user/render/audit.h"
#include "user/run/run.h"

static const struct form {
	const char *name;
	int (*render)(FILE *out, const struct audit_view *view);
} forms[] = {
	{ "text", render_audit__text },
	{ "json", render_audit__json },
	{ "markdown", render_audit__markdown },
};

#define NR_FORMS (sizeof(forms) / sizeof(forms[0]))

struct options {
	const struct form *form;
	const char *policy_path;
	char **paths; /* of run files; has room for all arguments */
	int nr_runs;
	bool live;
	struct capture_options capture;
	enum audit_verdict verdict;
};

enum { KEY_JSON = 0x300, KEY_POLICY, KEY_LIVE };

static const struct argp_option options[] = {
	{ "policy", KEY_POLICY, "FILE", 0, "The policy, JSON (vfioscope.policy/1); required", 0 },
	{ "format", 'f', "FORM", 0, "text (default), json (vfioscope.audit/1) or markdown", 0 },
	{ "json", KEY_JSON, NULL, 0, "Same as --format json", 0 },
	{ "live", KEY_LIVE, NULL, 0,
	  "Trace now, by an exact method and with offsets, and judge when it ends; what follows "
	  "is for this only",
	  0 },
	{ 0 },
};

static const char doc[] =
	"Hold recorded runs, or a live trace, against an access policy: what would break.\v"
	"Each run is one independent unit. A live trace ends by ^C, with the duration or with "
	"COMMAND; --attach takes another method, and a call that it lost leaves the verdict "
	"undecided. Exit status: 0 no violation, 1 violated, 2 trouble, 3 undecided.\n\n"
	"EXAMPLES\n"
	"  vfioscope audit --policy user/policies/ism-v4.json run.json\n"
	"  vfioscope audit --policy my.json --format markdown runs/*.json\n"
	"  vfioscope audit --policy my.json --json run.json | jq .verdict\n"
	"  vfioscope audit --policy my.json --live -D 03:00.0 -d 1h -i 1m -o run.json\n"
	"  vfioscope audit --policy my.json --live -- my-driver 03:00.0\n";

static void set_form(const struct argp_state *state, struct options *opts, const char *name)
{
	for (size_t i = 0; i < NR_FORMS; i++) {
		if (!strcmp(forms[i].name, name)) {
			opts->form = &forms[i];
			return;
		}
	}
	cli__usage(state, "--format: there is no form '%s', only text, json and markdown", name);
}

/* What follows "--" is the command of a live trace; else these are run files, too. */
static void take_runs_after_dashes(struct options *opts)
{
	for (char **arg = opts->capture.command; arg && *arg; arg++)
		opts->paths[opts->nr_runs++] = *arg;
}

static void check_live(const struct argp_state *state, const struct options *opts)
{
	if (opts->nr_runs)
		cli__usage(state, "--live takes no run file ('%s'); a command goes after --",
			   opts->paths[0]);
	if (capture_options__run_to_stdout(&opts->capture))
		cli__usage(state, "-o - and the verdict both want standard output");
}

static void check(const struct argp_state *state, struct options *opts)
{
	if (opts->live) {
		check_live(state, opts);
	} else {
		take_runs_after_dashes(opts);
		if (opts->capture.given || opts->capture.selectors.given)
			cli__usage(state, "selectors, and options of a recording, are for --live");
		if (!opts->nr_runs)
			cli__usage(state, "no run file given, and no --live");
	}
	if (!opts->policy_path)
		cli__usage(state, "no policy given (--policy FILE)");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->capture;
		return 0;
	case KEY_POLICY:
		if (opts->policy_path)
			cli__usage(state, "--policy: only one can be given");
		opts->policy_path = arg;
		return 0;
	case 'f':
		set_form(state, opts, arg);
		return 0;
	case KEY_JSON:
		set_form(state, opts, "json");
		return 0;
	case KEY_LIVE:
		opts->live = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->quoted) /* for the command */
			return ARGP_ERR_UNKNOWN;
		opts->paths[opts->nr_runs++] = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		check(state, opts);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int read_run(char *const *paths, struct run **runs, int i)
{
	char error[1024];
	int err = run__read(paths[i], &runs[i], error, sizeof(error));

	if (err) {
		cli__error("%s", error);
		return err;
	}
	if (runs[i]->kind != RUN_TRACE) {
		cli__error("%s: a bench run holds no calls of handlers; record one with "
			   "'vfioscope trace -o'",
			   paths[i]);
		return -EINVAL;
	}
	for (int j = 0; j < i; j++) {
		if (!audit__same_run(runs[i], runs[j]))
			continue;
		cli__error("%s: the same run as %s: it would be taken for another unit", paths[i],
			   paths[j]);
		return -EINVAL;
	}
	return 0;
}

/* Audit the runs and print that to @out. 0 or a negative errno, which was said. */
static int judge(struct options *opts, FILE *out, const struct policy *policy,
		 struct run *const *runs, int nr_runs)
{
	struct audit audit;
	const struct audit_view view = {
		.audit = &audit,
		.policy_path = opts->policy_path,
		.runs = runs,
		.paths = opts->paths,
	};
	int err = audit__init(&audit, policy, runs, nr_runs);

	err = err ?: opts->form->render(out, &view);
	opts->verdict = audit.verdict;
	if (err)
		cli__error("cannot audit the runs: %s", strerror(-err));
	audit__free(&audit);
	return err;
}

static int audit_files(struct options *opts, const struct policy *policy)
{
	struct run **runs = calloc(opts->nr_runs, sizeof(struct run *));
	int err = 0;

	if (!runs) {
		cli__error("out of memory");
		return -ENOMEM;
	}
	for (int i = 0; !err && i < opts->nr_runs; i++)
		err = read_run(opts->paths, runs, i);
	err = err ?: judge(opts, stdout, policy, runs, opts->nr_runs);
	for (int i = 0; i < opts->nr_runs; i++)
		run__free(runs[i]);
	free(runs);
	return err;
}

struct live {
	struct options *opts;
	const struct policy *policy;
};

static int judge_live(void *context, FILE *out, struct run *run)
{
	struct live *live = context;

	return judge(live->opts, out, live->policy, &run, 1);
}

static int audit_live(struct options *opts, const struct policy *policy, int argc, char **argv)
{
	struct live live = { opts, policy };
	const struct audit_live audit = {
		.options = &opts->capture, .policy = policy, .judge = judge_live, .context = &live
	};

	opts->paths[0] = (char *)(opts->capture.output_path ?: "live trace");
	return audit_live__run(&audit, argc, argv);
}

static int exit_code(enum audit_verdict verdict)
{
	static const enum cli_exit codes[] = {
		[AUDIT_NO_VIOLATION] = EXIT_OK,
		[AUDIT_VERDICT_UNDECIDED] = EXIT_UNDECIDED,
		[AUDIT_VERDICT_VIOLATED] = EXIT_FINDING,
	};

	return codes[verdict];
}

int cmd_audit(int argc, char **argv)
{
	const struct argp_child children[] = {
		{ capture_options__argp(), 0, "Of a live trace:", 0 }, { 0 }
	};
	const struct argp argp = { .options = options,
				   .parser = parse,
				   .args_doc = "RUN...\n--live [-- COMMAND [ARG...]]",
				   .doc = doc,
				   .children = children };
	struct options opts = { .form = &forms[0], .paths = calloc(argc, sizeof(char *)) };
	struct policy *policy = NULL;
	char error[1024];
	int err;

	if (!opts.paths) {
		cli__error("out of memory");
		return EXIT_TROUBLE;
	}
	cli__parse(&argp, argc, argv, ARGP_IN_ORDER, &opts);
	err = policy__read(opts.policy_path, &policy, error, sizeof(error));
	if (err)
		cli__error("%s", error);
	else if (opts.live)
		err = audit_live(&opts, policy, argc, argv);
	else
		err = audit_files(&opts, policy);
	policy__free(policy);
	free(opts.paths);
	return err ? EXIT_TROUBLE : exit_code(opts.verdict);
}
