// SPDX-License-Identifier: GPL-2.0-only
/* Kernel symbols by name and by address, from /proc/kallsyms. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/trace/trace.h"

#define KERNEL_ITSELF "vmlinux"

/* The parts of "ffffffffc0401230 t vfio_pci_core_read\t[vfio_pci_core]", in place. */
static bool parse_line(char *line, uint64_t *address, char **function, char **module)
{
	char *rest, *end;

	*address = strtoull(line, &rest, 16);
	if (rest == line || !*address || !rest[1] || rest[2] != ' ')
		return false;
	*function = rest + 3;
	end = *function + strcspn(*function, "\t\n");
	*module = KERNEL_ITSELF;
	if (*end == '\t' && end[1] == '[') {
		*module = end + 2;
		(*module)[strcspn(*module, "]")] = '\0';
	}
	*end = '\0';
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

/* The kernel makes the file as it is read, at a price for each read() call: a page is what one may give. */
#define READ_SIZE 4096

static int read_all(int fd, struct kallsyms *kallsyms)
{
	size_t room = 0;

	for (;;) {
		ssize_t n;

		if (room - kallsyms->len < READ_SIZE) {
			char *more = realloc(kallsyms->text, room = 2 * room + READ_SIZE);

			if (!more)
				return -ENOMEM;
			kallsyms->text = more;
		}
		n = read(fd, kallsyms->text + kallsyms->len, READ_SIZE);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			return 0;
		kallsyms->len += n > 0 ? n : 0;
	}
}

int kallsyms__read(struct kallsyms **kallsymsp)
{
	struct kallsyms *kallsyms = calloc(1, sizeof(*kallsyms));
	int err, fd;

	*kallsymsp = kallsyms;
	if (!kallsyms)
		return -ENOMEM;
	fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = read_all(fd, kallsyms);
	close(fd);
	if (err)
		return err;
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
