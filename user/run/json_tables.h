/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of the tables of json_fields.h. */
#ifndef VFIOSCOPE_JSON_TABLES_H
#define VFIOSCOPE_JSON_TABLES_H

#include "user/run/json_fields.h"

/* The key is the member's name unless a KEYED field says otherwise. */
#define KEYED(k, t, s, member, ...)                                                                \
	{                                                                                          \
		.key = (k), .type = FIELD_##t, .offset = offsetof(struct s, member), ##__VA_ARGS__ \
	}
#define MEMBER(t, s, member, ...) KEYED(#member, t, s, member, ##__VA_ARGS__)
#define ARRAY(s, member, of) \
	MEMBER(ARRAY, s, member, .nr_offset = offsetof(struct s, nr_##member), .layout = &(of))
#define ARRAY_OPTIONAL(s, member, of)                                                           \
	MEMBER(ARRAY, s, member, .nr_offset = offsetof(struct s, nr_##member), .layout = &(of), \
	       .flags = FIELD_OPTIONAL)
#define CODEC(k, c)                                            \
	{                                                      \
		.key = (k), .type = FIELD_CODEC, .codec = &(c) \
	}
#define CONST(k, t)                                          \
	{                                                    \
		.key = (k), .type = FIELD_CONST, .text = (t) \
	}

#define LAYOUT(s, f, ...)                                                                         \
	{                                                                                         \
		.size = sizeof(struct s), .fields = (f), .nr_fields = sizeof(f) / sizeof((f)[0]), \
		##__VA_ARGS__                                                                     \
	}

#endif
