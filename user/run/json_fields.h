/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run looks like in JSON: one table for each struct, which both the writer and the reader
 * walk, so that they cannot disagree. Of use to user/run, and to others for documents of their own.
 */
#ifndef VFIOSCOPE_JSON_FIELDS_H
#define VFIOSCOPE_JSON_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum field_type {
	FIELD_CONST, /* a string that must be exactly @text */
	FIELD_TEXT, /* char *; json_text.h */
	FIELD_ARGV, /* char **, NULL-terminated */
	FIELD_ENUM, /* by @name */
	FIELD_U64, /* a number up to int64, the range of JSON numbers in jansson */
	FIELD_U32,
	FIELD_INT, /* 0 and up */
	FIELD_BOOL,
	FIELD_OBJECT, /* a struct inside, by @layout */
	FIELD_ARRAY, /* of structs, by @layout; the number of them is at @nr_offset */
	FIELD_CODEC, /* by @codec */
};

enum field_flags {
	FIELD_OPTIONAL = 1 << 0, /* text: NULL when absent */
	FIELD_MAYBE = 1 << 1, /* FIELD_INT: -1 when absent */
	FIELD_HEX = 1 << 2, /* numbers: as a string "0x..", with all of the type's range */
	FIELD_FILLED = 1 << 3, /* arrays: not empty if they are there */
};

struct reader;
struct run_bucket;
struct where;
struct layout;

/* A field that no plain type fits. Both get the struct that the field belongs to. */
struct codec {
	json_t *(*write)(const void *object); /* NULL and errno */
	int (*read)(struct reader *reader, const struct where *where, json_t *json, void *object);
};

struct field {
	const char *key;
	enum field_type type;
	unsigned int flags;
	size_t offset;
	size_t nr_offset;
	const struct layout *layout;
	const struct codec *codec;
	const char *text;
	const char *(*name)(unsigned int value);
	/*
	 * Whether the field belongs in this object. The writer asks it, and the reader too (of what
	 * it has read before this field) unless the field is FIELD_OPTIONAL.
	 */
	bool (*belongs)(const void *object);
};

struct layout {
	size_t size;
	const struct field *fields;
	size_t nr_fields;
	bool lines; /* written with a line for each field, and for each element of its arrays */
};

extern const struct layout run_layout;

static inline const void *field__at(const struct field *field, const void *object)
{
	return (const char *)object + field->offset;
}

/* A place in the document, for messages: "cells[3].latency". */
struct where {
	const struct where *up; /* NULL: the document */
	const char *key; /* NULL: an element of an array */
	size_t index;
};

/* json_read.c, for codecs: */

/* Report what is wrong at @where; returns -EINVAL. */
int reader__fail(struct reader *reader, const struct where *where, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A whole number, 0 .. @max. */
int reader__number(struct reader *reader, const struct where *where, json_t *json, uint64_t max,
		   uint64_t *value);
/* Fail unless @json is of this type. */
int reader__expect(struct reader *reader, const struct where *where, json_t *json, json_type type);
/* The buckets that were taken out of the document where @json, a mark of these, is (see json_buckets.h); NULL: none. */
const struct run_bucket *reader__buckets(const struct reader *reader, const json_t *json,
					 size_t *nr);
int reader__no_memory(struct reader *reader, const struct where *where);

/* Whether what was read makes sense: 0, or reader__fail() at a place below @document. */
typedef int (*json_check)(struct reader *reader, const struct where *document, void *object);

/*
 * A document that is no run, written by people: to @object, zeroed, by @layout; a field that its
 * tables do not have is refused, and messages name the line. @check may be NULL. As run__parse() otherwise; what was read
 * stays the caller's to free.
 */
int json__read_strict(const char *text, size_t size, const char *name, const struct layout *layout,
		      json_check check, void *object, char *error, size_t len);

/* The reverse, a line for each field and for each element of its arrays. As run__print(). */
int json__print(const struct layout *layout, const void *object, FILE *stream);

#endif
