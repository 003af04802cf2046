// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/json_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Length of the character that @s starts with; 0 if that is not valid UTF-8 by RFC 3629: no
 * overlong form, no surrogate, nothing above U+10FFFF. Does not read beyond a NUL.
 */
static int utf8_length(const unsigned char *s)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	int len, i;

	if (*s < 0x80)
		return 1;
	if (*s < 0xc0 || *s > 0xf7)
		return 0;
	len = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	code = *s & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < smallest[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return len;
}

char *json_text__escape(const char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	char *escaped = malloc(4 * strlen(text) + 1), *to = escaped;

	if (!escaped)
		return NULL;
	while (*from) {
		int len = utf8_length(from);

		if (!len) {
			to += sprintf(to, "\\x%02x", *from++);
			continue;
		}
		if (*from == '\\')
			*to++ = '\\';
		memcpy(to, from, len);
		to += len;
		from += len;
	}
	*to = '\0';
	return escaped;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int json_text__unescape(char *text)
{
	char *from = text, *to = text;

	while (*from) {
		int high, low;

		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		if (from[1] == '\\') {
			*to++ = '\\';
			from += 2;
			continue;
		}
		high = from[1] == 'x' ? hex_digit(from[2]) : -1;
		low = high < 0 ? -1 : hex_digit(from[3]);
		if (low < 0 || !(high || low))
			return -EINVAL;
		*to++ = (char)(high << 4 | low);
		from += 4;
	}
	*to = '\0';
	return 0;
}
