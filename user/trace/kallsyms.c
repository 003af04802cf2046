// SPDX-License-Identifier: GPL-2.0-only
/* Kernel symbols by name and by address, from /proc/kallsyms. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The kernel makes the file as it is read, at a price for each read() call: a page is what one may give. */
#define READ_SIZE 4096

int kallsyms__resolve(struct kallsym *symbols, size_t nr)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char *line = NULL, *function, *module;
	char buffer[READ_SIZE];
	size_t size = 0;
	bool shown = false;
	uint64_t address;

	if (!file)
		return -errno;
	setvbuf(file, buffer, _IOFBF, sizeof(buffer)); /* glibc's own is 1 KiB here */
	while (getline(&line, &size, file) > 0) {
		if (!parse_line(line, &address, &function, &module))
			continue;
		shown = true;
		for (size_t i = 0; i < nr; i++) {
			struct kallsym *symbol = &symbols[i];

			if (!wants(symbol, address, function, module))
				continue;
			symbol->address = address;
			snprintf(symbol->function, sizeof(symbol->function), "%s", function);
			snprintf(symbol->module, sizeof(symbol->module), "%s", module);
		}
	}
	free(line);
	fclose(file);
	return shown ? 0 : -EACCES;
}
