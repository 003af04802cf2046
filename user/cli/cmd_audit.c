// SPDX-License-Identifier: GPL-2.0-only
/* audit: holds runs against an access policy. All of the input is read before anything is written. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/audit.h"
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
	char **paths;
	int nr_runs;
};

enum { KEY_JSON = 0x100, KEY_POLICY };

static const struct argp_option options[] = {
	{ "policy", KEY_POLICY, "FILE", 0, "The policy, JSON (vfioscope.policy/1); required", 0 },
	{ "format", 'f', "FORM", 0, "text (default), json (vfioscope.audit/1) or markdown", 0 },
	{ "json", KEY_JSON, NULL, 0, "Same as --format json", 0 },
	{ 0 },
};

static const char doc[] =
	"Hold recorded runs against an access policy: what would break.\v"
	"Each run is one independent unit. Exit status: 0 no violation, 1 violated, 2 trouble, "
	"3 undecided.\n\n"
	"EXAMPLES\n"
	"  vfioscope audit --policy user/policies/ism-v4.json run.json\n"
	"  vfioscope audit --policy my.json --format markdown runs/*.json\n"
	"  vfioscope audit --policy my.json --json run.json | jq .verdict\n";

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

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
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
	case ARGP_KEY_ARGS:
		opts->paths = state->argv + state->next;
		opts->nr_runs = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli__usage(state, "no run file given");
	case ARGP_KEY_SUCCESS:
		if (!opts->policy_path)
			cli__usage(state, "no policy given (--policy FILE)");
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

static int render(const struct options *opts, const struct audit *audit, struct run *const *runs)
{
	const struct audit_view view = {
		.audit = audit,
		.policy_path = opts->policy_path,
		.runs = runs,
		.paths = opts->paths,
	};

	return opts->form->render(stdout, &view);
}

/* Returns an exit code. */
static int audit_runs(const struct options *opts, const struct policy *policy, struct run **runs)
{
	static const enum cli_exit codes[] = {
		[AUDIT_NO_VIOLATION] = EXIT_OK,
		[AUDIT_VERDICT_UNDECIDED] = EXIT_UNDECIDED,
		[AUDIT_VERDICT_VIOLATED] = EXIT_FINDING,
	};
	struct audit audit = {};
	int err = 0, code;

	for (int i = 0; !err && i < opts->nr_runs; i++)
		err = read_run(opts->paths, runs, i);
	if (err)
		return EXIT_TROUBLE;
	err = audit__init(&audit, policy, runs, opts->nr_runs);
	err = err ?: render(opts, &audit, runs);
	code = err ? EXIT_TROUBLE : codes[audit.verdict];
	if (err)
		cli__error("cannot audit the runs: %s", strerror(-err));
	audit__free(&audit);
	return code;
}

int cmd_audit(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options, .parser = parse, .args_doc = "RUN...", .doc = doc
	};
	struct options opts = { .form = &forms[0] };
	struct policy *policy = NULL;
	struct run **runs = NULL;
	int code = EXIT_TROUBLE;
	char error[1024];

	cli__parse(&argp, argc, argv, 0, &opts);
	if (policy__read(opts.policy_path, &policy, error, sizeof(error)))
		cli__error("%s", error);
	else if (!(runs = calloc(opts.nr_runs, sizeof(struct run *))))
		cli__error("out of memory");
	else
		code = audit_runs(&opts, policy, runs);

	for (int i = 0; runs && i < opts.nr_runs; i++)
		run__free(runs[i]);
	free(runs);
	policy__free(policy);
	return code;
}
