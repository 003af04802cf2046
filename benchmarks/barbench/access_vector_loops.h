/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loops of one vector width: a template, included with BYTES defined as 16, 32 or 64, and
 * without an include guard for that reason. It defines vloadBYTES_loops (one load an access),
 * vload_rowBYTES_loops (as many as make up the width) and the same for stores, with and without
 * read-back. See vector.h for what it is made of.
 */
#define PASTE_(a, b, c) a##b##c
#define PASTE(a, b, c) PASTE_(a, b, c)
#define NAME(name) PASTE(name, BYTES, )
#define CODE PASTE(VECTOR, BYTES, _CODE)
#define LOAD PASTE(VECTOR, BYTES, _LOAD)
#define STORE PASTE(VECTOR, BYTES, _STORE)
#define VEC PASTE(vector, BYTES, )
/* Arguments are expanded before MAPPED_STORE_LOOPS and the like paste them. */
#define LOAD_LOOPS(one, code) ACCESS_LOOPS_CODE(one, code)
#define STORE_LOOPS(one, code, width) MAPPED_STORE_LOOPS(one, code, width)

access_inline CODE void NAME(vload)(const struct target *target, struct lane *lane, uint64_t at)
{
	VEC ignored;

	(void)target;
	(void)lane;
	LOAD(ignored, (const VEC *)(uintptr_t)at);
	(void)ignored;
}

access_inline CODE void NAME(vstore)(const struct target *target, struct lane *lane, uint64_t at)
{
	(void)lane;
	STORE((VEC *)(uintptr_t)at, *(const VEC *)target->buffer);
}

access_inline CODE void NAME(vload_row)(const struct target *target, struct lane *lane, uint64_t at)
{
	const VEC *from = (const VEC *)(uintptr_t)at;
	VEC *to = (VEC *)target->buffer, a, b, c, d;
	uint64_t n = target->width / BYTES;

	(void)lane;
	for (; n >= 4; n -= 4, from += 4, to += 4) {
		LOAD(a, &from[0]);
		LOAD(b, &from[1]);
		LOAD(c, &from[2]);
		LOAD(d, &from[3]);
		to[0] = a;
		to[1] = b;
		to[2] = c;
		to[3] = d;
	}
	for (; n; n--) {
		LOAD(a, from++);
		*to++ = a;
	}
}

access_inline CODE void NAME(vstore_row)(const struct target *target, struct lane *lane,
					 uint64_t at)
{
	const VEC *from = (const VEC *)target->buffer;
	VEC *to = (VEC *)(uintptr_t)at, a, b, c, d;
	uint64_t n = target->width / BYTES;

	(void)lane;
	for (; n >= 4; n -= 4, from += 4, to += 4) {
		a = from[0];
		b = from[1];
		c = from[2];
		d = from[3];
		STORE(&to[0], a);
		STORE(&to[1], b);
		STORE(&to[2], c);
		STORE(&to[3], d);
	}
	for (; n; n--, to++)
		STORE(to, *from++);
}

LOAD_LOOPS(NAME(vload), CODE);
LOAD_LOOPS(NAME(vload_row), CODE);
STORE_LOOPS(NAME(vstore), CODE, BYTES);
STORE_LOOPS(NAME(vstore_row), CODE, target->width);

#undef PASTE_
#undef PASTE
#undef NAME
#undef CODE
#undef LOAD
#undef STORE
#undef VEC
#undef LOAD_LOOPS
#undef STORE_LOOPS
