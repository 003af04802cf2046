// SPDX-License-Identifier: GPL-2.0-only
/* Dispatches to the commands, and nothing else. */
#include <stdio.h>
#include <string.h>

#include "user/cli/cli.h"
#include "user/run/version.h"

static const struct command {
	const char *name;
	const char *help; /* one line */
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "list", "show devices bound to VFIO drivers and their region handlers", cmd_list },
	{ "trace", "count and time the accesses of devices in use; record a run", cmd_trace },
	{ "snoop", "print single accesses as they happen, a line each", cmd_snoop },
	{ "report", "render a recorded run as text, JSON or CSV", cmd_report },
	{ "compare", "tell whether new runs are slower than base runs", cmd_compare },
	{ "audit", "hold recorded runs against an access policy", cmd_audit },
	{ "bench", "measure accesses to a device (runs barbench)", cmd_bench },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void print_help(FILE *out)
{
	fputs("Usage: vfioscope COMMAND [OPTION...]\n"
	      "Trace the region handlers of VFIO devices: which widths, where, how often, how "
	      "long.\n"
	      "\n"
	      "Commands:\n",
	      out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("\n"
	      "  -?, --help, help [COMMAND]   give this help, or that of a command\n"
	      "  -V, --version                print the program's version\n"
	      "\n"
	      "Examples:\n"
	      "  vfioscope list                                  which devices can be traced\n"
	      "  vfioscope trace -d 10 -o run.json               all of them, for 10 seconds\n"
	      "  vfioscope report run.json                       what was recorded\n"
	      "\n"
	      "Exit status: 0 done, 1 a finding, 2 trouble (usage, privileges, input), 3 "
	      "undecided.\n",
	      out);
}

static int fail(const char *what, const char *name)
{
	cli__error("unknown %s '%s'; try 'vfioscope --help'", what, name);
	return EXIT_TROUBLE;
}

static int help(const char *program, char *name)
{
	char *argv[] = { (char *)program, name, (char *)"--help", NULL };
	const struct command *command;

	if (!name) {
		print_help(stdout);
		return EXIT_OK;
	}
	command = find_command(name);
	return command ? command->run(3, argv) : fail("command", name);
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

int main(int argc, char **argv)
{
	const struct command *command;

	cli__init();
	if (argc < 2) {
		cli__error("no command given; try 'vfioscope --help'");
		return EXIT_TROUBLE;
	}
	if (is_one_of(argv[1], "-?", "--help"))
		return help(argv[0], NULL);
	if (!strcmp(argv[1], "help"))
		return help(argv[0], argv[2]);
	if (is_one_of(argv[1], "-V", "--version")) {
		printf("vfioscope %s\n", VFIOSCOPE_VERSION);
		return EXIT_OK;
	}
	if (argv[1][0] == '-')
		return fail("option", argv[1]);
	command = find_command(argv[1]);
	return command ? command->run(argc, argv) : fail("command", argv[1]);
}
