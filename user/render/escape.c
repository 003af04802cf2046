// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/escape.h"

#include <errno.h>
#include <langinfo.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	ESCAPE_ASCII = 1, /* all that is not ASCII */
	ESCAPE_IN_QUOTES = 2, /* the text stands in single quotes for a shell */
};

struct range {
	uint32_t first, last;
};

/* Unicode's Cc beyond ASCII, Cf and the line separators: what changes how other text is shown. */
static const struct range unsafe[] = {
	{ 0x7f, 0x9f },	      { 0xad, 0xad },	    { 0x600, 0x605 },	  { 0x61c, 0x61c },
	{ 0x6dd, 0x6dd },     { 0x70f, 0x70f },	    { 0x890, 0x891 },	  { 0x8e2, 0x8e2 },
	{ 0x180e, 0x180e },   { 0x200b, 0x200f },   { 0x2028, 0x202e },	  { 0x2060, 0x206f },
	{ 0xfeff, 0xfeff },   { 0xfff9, 0xfffb },   { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
	{ 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

static bool is_unsafe(uint32_t point)
{
	if (point < 0x20)
		return true;
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (point >= unsafe[i].first && point <= unsafe[i].last)
			return true;
	return false;
}

/* By its first byte; 0: none starts with it. */
static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc0 || first > 0xf4)
		return 0;
	if (first < 0xe0)
		return 2;
	return first < 0xf0 ? 3 : 4;
}

/*
 * The code point at @text, its length in *@len. 0: not valid UTF-8, or the end (overlong forms,
 * surrogates and values above 0x10ffff are not valid).
 */
static uint32_t decode(const unsigned char *text, size_t *len)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t point;

	*len = sequence_length(text[0]);
	if (!*len)
		return 0;
	if (*len == 1)
		return text[0];

	point = text[0] & (0x7f >> *len);
	for (size_t i = 1; i < *len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3f);
	}
	if (point < smallest[*len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return point;
}

static void put_escaped(FILE *out, const char *text, unsigned int how)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		size_t len;
		uint32_t point = decode(p, &len);

		if (!point || (is_unsafe(point) && point < 0x80)) {
			fprintf(out, "\\x%02x", *p);
			len = 1;
		} else if (is_unsafe(point) || (how & ESCAPE_ASCII && point >= 0x80)) {
			fprintf(out, "\\u{%x}", point);
		} else if (point == '\\') {
			fputs("\\\\", out);
		} else if (point == '\'' && how & ESCAPE_IN_QUOTES) {
			fputs("'\\''", out);
		} else {
			fwrite(p, len, 1, out);
		}
		p += len;
	}
}

/* The string that was written to a stream of open_memstream(), or NULL: no memory. */
static char *finish(FILE *stream, char **text)
{
	bool failed = ferror(stream);

	if (fclose(stream) || failed) {
		free(*text);
		return NULL;
	}
	return *text;
}

static char *escape(const char *text, unsigned int how)
{
	char *copy = NULL;
	size_t size;
	FILE *out = open_memstream(&copy, &size);

	if (!out)
		return NULL;
	put_escaped(out, text, how);
	return finish(out, &copy);
}

/* On a terminal of another encoding the second byte of a UTF-8 character can be a C1 control. */
static unsigned int for_locale(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") ? ESCAPE_ASCII : 0;
}

char *escape__text(const char *text)
{
	return escape(text, for_locale());
}

char *escape__utf8(const char *text)
{
	return escape(text, 0);
}

static void put_word(FILE *out, const char *word)
{
	bool quotes = !*word || strpbrk(word, " \t\n\"$&'()*;<>?[\\]`{|}~#!");

	if (quotes)
		fputc('\'', out);
	put_escaped(out, word, for_locale() | (quotes ? ESCAPE_IN_QUOTES : 0));
	if (quotes)
		fputc('\'', out);
}

char *escape__argv(char *const *argv)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; argv[i]; i++) {
		if (i)
			fputc(' ', out);
		put_word(out, argv[i]);
	}
	return finish(out, &line);
}

/* Full-width = + - @ count too: some locales' spreadsheets take them for the plain ones. */
static bool is_formula(const char *field)
{
	static const char *const starts[] = { "=",	"+",	  "-",	    "@",
					      "\uff1d", "\uff0b", "\uff0d", "\uff20" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(field, starts[i], strlen(starts[i])))
			return true;
	return false;
}

int escape__csv(FILE *out, const char *text)
{
	char *field = escape__utf8(text);
	bool quote;

	if (!field)
		return -ENOMEM;
	quote = strpbrk(field, ",;\"");
	if (quote)
		fputc('"', out);
	if (is_formula(field))
		fputc('\'', out);
	for (const char *p = field; *p; p++) {
		if (*p == '"')
			fputc('"', out);
		fputc(*p, out);
	}
	if (quote)
		fputc('"', out);
	free(field);
	return 0;
}

int escape__html(FILE *out, const char *text)
{
	char *safe = escape__utf8(text);

	if (!safe)
		return -ENOMEM;
	for (const char *p = safe; *p; p++) {
		if (strchr("&<>\"'", *p))
			fprintf(out, "&#%d;", *p);
		else
			fputc(*p, out);
	}
	free(safe);
	return 0;
}
