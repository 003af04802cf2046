// SPDX-License-Identifier: GPL-2.0-only
/* Kernel symbols by name and by address, from the lines of kernel_symbols in bpf/open.bpf.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/trace.h"

/* The parts of "ffffffffc0401230 vfio_pci_core vfio_pci_core_read", in place. */
static bool parse_line(char *line, uint64_t *address, char **function, char **module)
{
	char *end;

	*address = strtoull(line, module, 16);
	if (*module == line || !*address || *(*module)++ != ' ')
		return false;
	end = strchr(*module, ' ');
	if (!end)
		return false;
	*end = '\0';
	*function = end + 1;
	return true;
}

static bool wants(const struct kallsym *symbol, uint64_t address, const char *function,
		  const char *module)
{
	if (!symbol->function[0])
		return symbol->address == address;
	return !symbol->address && !strcmp(symbol->function, function) &&
	       (!symbol->module[0] || !strcmp(symbol->module, module));
}

struct kallsyms {
	char *text;
	size_t len;
};

/* A copy of the line at @at, without its newline, cut to @size. Returns where the next one begins. */
static const char *copy_line(const char *at, const char *end, char *line, size_t size)
{
	const char *newline = memchr(at, '\n', end - at);
	size_t len = (newline ?: end) - at;

	if (len >= size)
		len = size - 1;
	memcpy(line, at, len);
	line[len] = '\0';
	return newline ? newline + 1 : end;
}

/* KSYM_NAME_LEN of the kernel is 512, a module's name at most 64, and there is an address. */
#define LINE_LEN 1024

static bool shows_addresses(const struct kallsyms *kallsyms)
{
	const char *at = kallsyms->text, *end = at + kallsyms->len;
	char line[LINE_LEN], *function, *module;
	uint64_t address;

	while (at < end) {
		at = copy_line(at, end, line, sizeof(line));
		if (parse_line(line, &address, &function, &module))
			return true;
	}
	return false;
}

int kallsyms__new(struct kallsyms **kallsymsp, char *text, size_t len)
{
	struct kallsyms *kallsyms = calloc(1, sizeof(*kallsyms));

	*kallsymsp = kallsyms;
	if (!kallsyms) {
		free(text);
		return -ENOMEM;
	}
	*kallsyms = (struct kallsyms){ .text = text, .len = len };
	return shows_addresses(kallsyms) ? 0 : -EACCES;
}

void kallsyms__free(struct kallsyms *kallsyms)
{
	if (!kallsyms)
		return;
	free(kallsyms->text);
	free(kallsyms);
}

int kallsyms__for_each(const struct kallsyms *kallsyms,
		       int (*take)(void *context, uint64_t address, const char *function,
				   const char *module),
		       void *context)
{
	const char *at = kallsyms->text, *end = at + kallsyms->len;
	char line[LINE_LEN], *function, *module;
	uint64_t address;
	int err = 0;

	while (!err && at < end) {
		at = copy_line(at, end, line, sizeof(line));
		if (parse_line(line, &address, &function, &module))
			err = take(context, address, function, module);
	}
	return err;
}

void kallsyms__resolve(const struct kallsyms *kallsyms, struct kallsym *symbols, size_t nr)
{
	const char *at = kallsyms->text, *end = at + kallsyms->len;
	char line[LINE_LEN], *function, *module;
	uint64_t address;

	while (at < end) {
		at = copy_line(at, end, line, sizeof(line));
		if (!parse_line(line, &address, &function, &module))
			continue;
		for (size_t i = 0; i < nr; i++) {
			struct kallsym *symbol = &symbols[i];

			if (!wants(symbol, address, function, module))
				continue;
			symbol->address = address;
			snprintf(symbol->function, sizeof(symbol->function), "%s", function);
			snprintf(symbol->module, sizeof(symbol->module), "%s", module);
		}
	}
}
