// SPDX-License-Identifier: GPL-2.0-only
/*
 * From addresses to kernel functions. /proc/kallsyms has no sizes: a function ends where the next one
 * begins.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/trace.h"

struct symbol {
	uint64_t address;
	char *function; /* and behind it, after its end, the module */
};

struct symbols {
	struct symbol *symbols; /* by address */
	size_t nr, room;
};

static const char *module_of(const struct symbol *symbol)
{
	return symbol->function + strlen(symbol->function) + 1;
}

static int add_symbol(void *context, uint64_t address, const char *function, const char *module)
{
	struct symbols *symbols = context;
	struct symbol *symbol;

	if (symbols->nr == symbols->room) {
		size_t room = 2 * symbols->room + 4096;
		struct symbol *more = realloc(symbols->symbols, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		symbols->symbols = more;
		symbols->room = room;
	}
	symbol = &symbols->symbols[symbols->nr];
	symbol->address = address;
	if (asprintf(&symbol->function, "%s%c%s", function, '\0', module) < 0)
		return -ENOMEM;
	symbols->nr++;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *one = a, *other = b;

	return one->address < other->address ? -1 : one->address > other->address;
}

int symbols__new(struct symbols **symbolsp, const struct kallsyms *kallsyms)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	int err = symbols ? kallsyms__for_each(kallsyms, add_symbol, symbols) : -ENOMEM;

	*symbolsp = symbols;
	if (!err)
		qsort(symbols->symbols, symbols->nr, sizeof(*symbols->symbols), by_address);
	return err;
}

void symbols__free(struct symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->nr; i++)
		free(symbols->symbols[i].function);
	free(symbols->symbols);
	free(symbols);
}

/* The last one that does not begin above @address. */
static size_t find_last(const struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->nr;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (symbols->symbols[middle].address <= address)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Between two modules there may be anything, as BPF programs that are not listed. */
bool symbols__find(const struct symbols *symbols, uint64_t address, struct symbol_place *place)
{
	size_t at = symbols->nr ? find_last(symbols, address) : 0;
	const struct symbol *symbol = &symbols->symbols[at];

	if (at + 1 >= symbols->nr || symbol->address > address ||
	    strcmp(module_of(symbol), module_of(symbol + 1)) != 0)
		return false;
	*place = (struct symbol_place){ .function = symbol->function,
					.module = module_of(symbol),
					.offset = address - symbol->address };
	return true;
}
