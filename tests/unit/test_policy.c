// SPDX-License-Identifier: GPL-2.0-only
/* Policies: what is read, and what is refused, each for the reason that it was made for. */
#include "tests/unit/sample_run.h"

#include "user/analyze/policy.h"

struct reject {
	const char *rules; /* in a policy; with a leading '!': the whole document */
	const char *message; /* a part of it */
};

#define RANGE(region, offset, length)                       \
	"{\"id\": \"a\", \"min\": 1, \"regions\": [" region \
	"], \"ranges\": [{\"offset\": \"" offset "\", \"length\": \"" length "\"}]}"
#define REGISTERS(list)                                                                           \
	"!{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\",\n \"registers\": [\n" list "],\n" \
	"\"rules\": [{\"id\": \"a\", \"min\": 1}]}"

static const struct reject rejects[] = {
	/* documents */
	{ "!", "bad: is empty" },
	{ "![]", "bad:1: expected an object, not an array" },
	{ "!{\n\"schema\": nonsense}", "bad:2: " },
	{ "!\n{}", "bad:2: schema: missing" },
	{ "!{\"schema\": \"vfioscope.policy/2\"}", "schema: expected \"vfioscope.policy/1\"" },
	{ "!{\"schema\": \"vfioscope.policy/1\",\n \"schema\": 1}", "bad:2: duplicate object key" },
	{ "!{\"schema\": \"vfioscope.policy/1\", \"name\": \"\", \"rules\": [{\"id\": \"a\", "
	  "\"min\": 1}], \"x\": 1}",
	  "bad:1: x: there is no such field" },
	{ "!{\"schema\": \"vfioscope.policy/1\", \"rules\": []}", "bad:1: name: missing" },
	{ "!{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\"}", "bad:1: rules: missing" },
	{ "!{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\", \"devices\": [{}], "
	  "\"rules\": [{\"id\": \"a\", \"min\": 1}]}",
	  "devices[0]: matches any device" },
	{ "!{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\", \"devices\": "
	  "[{\"vendor\": \"0x12345\"}], \"rules\": [{\"id\": \"a\", \"min\": 1}]}",
	  "bad:1: devices[0].vendor: a PCI id" },
	{ "!{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\", \"devices\": "
	  "[{\"vendor\": 4116}], \"rules\": [{\"id\": \"a\", \"min\": 1}]}",
	  "devices[0].vendor: expected a string" },
	/* types and words */
	{ "", "bad:1: rules: is empty" },
	{ "{}", "rules[0].id: missing" },
	{ "1", "rules[0]: expected an object, not a number" },
	{ "{\"id\": 1}", "rules[0].id: expected a string, not a number" },
	{ "{\"id\": \"a\", \"offsets\": [0]}", "rules[0].offsets: there is no such field" },
	{ "{\"id\": \"a\", \"min\": 1, \"registers\": []}", "rules[0].registers: is empty" },
	{ "{\"id\": \"a\", \"\\u001b[2J\": 1}", "rules[0].?[2J: there is no such field" },
	{ "{\"id\": \"a\", \"aligned\": 1}", "aligned: 1 is no power of two from 2 up" },
	{ "{\"id\": \"a\", \"dir\": \"up\"}", "dir: \"up\" is not known" },
	{ "{\"id\": \"a\", \"level\": \"bus\"}", "level: \"bus\" is not known" },
	{ "{\"id\": \"a\", \"severity\": \"fatal\"}", "severity: \"fatal\" is not known" },
	{ "{\"id\": \"a\", \"access\": \"read-write-only\"}", "access: " },
	{ "{\"id\": \"a\", \"regions\": []}", "regions: is empty" },
	{ "{\"id\": \"a\", \"regions\": [\"BAR6\"]}", "regions[0]: there is no region \"BAR6\"" },
	{ "{\"id\": \"a\", \"regions\": [0]}", "regions[0]: expected a string" },
	{ "{\"id\": \"a\", \"widths\": []}", "widths: is empty" },
	{ "{\"id\": \"a\", \"widths\": 8}", "widths: expected an array, not a number" },
	{ "{\"id\": \"a\", \"widths\": [9]}", "widths[0]: 9 is no width class" },
	{ "{\"id\": \"a\", \"widths\": [8192]}", "widths[0]: 8192 is out of range" },
	{ "{\"id\": \"a\", \"widths\": [-1]}", "widths[0]: -1 is negative" },
	{ "{\"id\": \"a\", \"widths\": [\"8\"]}", "widths[0]: \"8\" is no width" },
	{ "{\"id\": \"a\", \"min\": -1}", "min: -1 is negative" },
	{ "{\"id\": \"a\", \"min\": 1.5}", "min: expected a whole number, not a fraction" },
	{ "{\"id\": \"a\", \"max\": \"pages\"}", "max: \"pages\" is none of" },
	{ "{\"id\": \"a\", \"max\": null}", "max: expected a whole number, not null" },
	{ "{\"id\": \"a\", \"multiple_of\": 0}", "multiple_of: nothing but 0" },
	{ "{\"id\": \"a\", \"no_crossing\": 65}", "no_crossing: 65 is no power of two" },
	{ "{\"id\": \"a\", \"expect\": [\"E\"]}", "expect[0]: there is no errno \"E\"" },
	{ "{\"id\": \"a\", \"expect\": [\"other\"]}", "expect[0]: there is no errno" },
	/* contradictions */
	{ "{\"id\": \"\", \"min\": 1}", "rules[0].id: is empty" },
	{ "{\"id\": \"a\"}", "rules[0]: the rule says nothing" },
	{ "{\"id\": \"a\", \"aligned\": false}", "rules[0]: the rule says nothing" },
	{ "{\"id\": \"a\", \"expect\": [\"EIO\"]}", "rules[0]: the rule says nothing" },
	{ "{\"id\": \"a\", \"min\": 9, \"max\": 8}",
	  "rules[0].min: contradiction: min is above max" },
	{ "{\"id\": \"a\", \"min\": 9, \"max\": 15, \"multiple_of\": 8}", "leave no size" },
	{ "{\"id\": \"a\", \"max\": 0}", "leave no size" },
	{ "{\"id\": \"a\", \"widths\": [1, 2], \"min\": 4}", "leave none of these" },
	{ "{\"id\": \"a\", \"widths\": [4, 7], \"multiple_of\": 8}", "leave none of these" },
	{ "{\"id\": \"a\", \"access\": \"none\", \"widths\": [8]}", "access is none, but" },
	{ "{\"id\": \"a\", \"access\": \"read-only\", \"dir\": \"read\"}", "dir is read" },
	{ "{\"id\": \"a\", \"access\": \"write-only\", \"dir\": \"write\"}", "dir is write" },
	{ "{\"id\": \"a\", \"access\": \"read-only\"}, {\"id\": \"b\", \"access\": \"write-only\"}",
	  "rules[1].access: contradiction: read-only and, by rules[0], write-only" },
	{ "{\"id\": \"a\", \"min\": 1}, {\"id\": \"a\", \"min\": 2}",
	  "rules[1].id: is that of rules[0]" },
	{ "{\"id\": \"a\", \"widths\": [\"blocks\"]}", "\"blocks\" are of level device-access" },
	{ "{\"id\": \"a\", \"level\": \"device-access\", \"widths\": [3]}", "a device access is" },
	{ "{\"id\": \"a\", \"min\": 16, \"no_crossing\": 8}", "leave no size" },
	{ "{\"id\": \"a\", \"access\": \"read-only\", \"dir\": \"write\"}",
	  "dir is write; say none" },
	{ "{\"id\": \"a\", \"widths\": [8, 8]}", "widths[1]: is there twice" },
	{ "{\"id\": \"a\", \"min\": 1, \"regions\": [\"BAR0\", \"bar0\"]}",
	  "regions[1]: \"bar0\" is there" },
	{ "{\"id\": \"a\", \"no_crossing\": \"maxstbl\"}", "neither a number nor \"page\"" },
	{ "{\"id\": \"a\", \"aligned\": \"8\"}", "aligned: expected true, false or a power" },
	/* places */
	{ "{\"id\": \"a\", \"min\": 1, \"ranges\": [{\"offset\": \"0x0\", \"length\": \"0x8\"}]}",
	  "ranges: of which regions" },
	{ "{\"id\": \"a\", \"min\": 1, \"regions\": [\"BAR0\"], \"ranges\": []}",
	  "ranges: is empty" },
	{ RANGE("\"BAR0\"", "0x0", "0x0"), "ranges[0].length: is 0" },
	{ RANGE("\"BAR0\"", "0xffffffffffffffff", "0x1"), "ranges[0].length: the end is beyond" },
	{ RANGE("\"CONFIG\"", "0xff8", "0x10"), "ranges[0]: is outside of CONFIG" },
	{ RANGE("\"BAR0\"", "8", "0x8"), "ranges[0].offset: \"8\" is no number as \"0x1f\"" },
	{ "{\"id\": \"a\", \"min\": 1, \"registers\": [\"X\"]}",
	  "registers[0]: there is no register \"X\"" },
	{ "{\"id\": \"a\", \"min\": 1, \"registers\": [\"msix_table\", \"msix_table\"]}",
	  "registers[1]: \"msix_table\" is there twice" },
	{ "{\"id\": \"a\", \"min\": 1, \"regions\": [\"BAR0\"], \"registers\": [\"msix_table\"]}",
	  "regions: contradiction: registers have their own" },
	{ REGISTERS("{\"name\": \"msix_table\", \"region\": \"BAR0\", \"offset\": \"0x0\", "
		    "\"length\": \"0x4\"}"),
	  "bad:3: registers[0].name: is that of a place that the device tells" },
	{ REGISTERS("{\"name\": \"a\", \"region\": \"bad\", \"offset\": \"0x0\", \"length\": "
		    "\"0x4\"}"),
	  "bad:3: registers[0].region: " },
	{ REGISTERS("{\"name\": \"a\", \"region\": \"BAR0\", \"offset\": \"0x0\", \"length\": "
		    "\"0x4\"},\n"
		    "{\"name\":\n \"a\", \"region\": \"BAR0\", \"offset\": \"0x0\", \"length\": "
		    "\"0x4\"}"),
	  "bad:4: registers[1].name: is that of registers[0]" },
	{ REGISTERS(""), "bad:2: registers: is empty" },
	/* lines */
	{ "!{\n \"schema\": \"vfioscope.policy/1\",\n \"name\": \"[{\\\"}\",\n \"rules\": [\n  "
	  "{\"id\": \"a\", "
	  "\"min\": 1},\n  {\n   \"id\": \"b\",\n   \"widths\": [\n    1,\n    9\n   ]\n  }\n ]\n}",
	  "bad:10: rules[1].widths[1]: 9 is no width class" },
	{ "!{\n \"schema\": \"vfioscope.policy/1\",\n \"name\": \"\", \"rules\":\n [{\"id\": "
	  "\"a\", \"min\": 1,\n"
	  "  \"\\u0078\": [[{}], {\"a\": []}]}]}",
	  "bad:5: rules[0].x: there is no such field" },
	{ "{\"id\": \"a\", \"level\": \"device-access\", \"aligned\": true}",
	  "aligned: is of level handler" },
};

static char *document(const char *rules)
{
	char *text = NULL;

	if (*rules == '!')
		return sample__text(rules + 1);
	assert_true(asprintf(&text,
			     "{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\", \"rules\": "
			     "[%s]}",
			     rules) > 0);
	return text;
}

static void test_rejects(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rejects) / sizeof(rejects[0]); i++) {
		char *text = document(rejects[i].rules);
		struct policy *policy;
		char error[512] = "";

		assert_true(policy__parse(text, strlen(text), "bad", &policy, error,
					  sizeof(error)) < 0);
		assert_null(policy);
		if (!strstr(error, rejects[i].message))
			fail_msg("%s: \"%s\" has no \"%s\"", text, error, rejects[i].message);
		assert_null(strchr(error, '\n'));
		free(text);
	}
}

static void test_huge(void **state)
{
	size_t size = POLICY_MAX_FILE + 1;
	char *text = malloc(size);
	struct policy *policy;
	char error[128];

	(void)state;
	assert_non_null(text);
	memset(text, ' ', size);
	assert_true(policy__parse(text, size, "bad", &policy, error, sizeof(error)) < 0);
	assert_string_equal(error, "bad: is larger than 1 MiB");
	free(text);
}

static void test_deep(void **state)
{
	const size_t depth = 100000;
	char *text = malloc(depth);
	struct policy *policy;
	char error[128];

	(void)state;
	assert_non_null(text);
	memset(text, '[', depth);
	assert_true(policy__parse(text, depth, "bad", &policy, error, sizeof(error)) < 0);
	assert_string_equal(error, "bad:1: maximum parsing depth reached near '['");
	free(text);
}

static struct policy *parse(const char *rules)
{
	char *text = document(rules);
	struct policy *policy;
	char error[512] = "";

	if (policy__parse(text, strlen(text), "good", &policy, error, sizeof(error)))
		fail_msg("%s", error);
	free(text);
	return policy;
}

static void test_fields(void **state)
{
	struct policy *policy =
		parse("{\"id\": \"a\", \"regions\": [\"bar2\", \"region 9\"], \"dir\": \"write\", "
		      "\"widths\": [8, 16, \">4096\"], \"min\": 8, \"max\": \"maxstbl\", "
		      "\"multiple_of\": 8, \"aligned\": true, \"no_crossing\": 4096, "
		      "\"single_access\": true, \"expect\": [\"EINVAL\", \"EIO\"], "
		      "\"severity\": \"warning\"}");
	const struct policy_rule *rule = &policy->rules[0];

	(void)state;
	assert_int_equal(rule->regions.pci, 1 << 2);
	assert_int_equal(rule->regions.other, 1 << 9);
	assert_int_equal(rule->dir, POLICY_WRITE);
	assert_int_equal(rule->widths, 1 << 8 | 1 << 9 | 1 << VS_WIDTH_ABOVE);
	assert_int_equal(rule->min.number, 8);
	assert_int_equal(rule->max.kind, POLICY_MAXSTBL);
	assert_int_equal(rule->multiple_of, 8);
	assert_int_equal(rule->aligned, POLICY_NATURALLY);
	assert_true(rule->single_access);
	assert_int_equal(rule->nr_expect, 2);
	assert_int_equal(rule->severity, POLICY_WARNING);
	assert_int_equal(rule->level, POLICY_HANDLER);
	policy__free(policy);
}

/* PCI's names are not those of the regions of other buses. */
static void test_regions(void **state)
{
	struct policy *policy =
		parse("{\"id\": \"a\", \"regions\": [\"BAR0\", \"region 9\"], \"min\": 1}, "
		      "{\"id\": \"b\", \"min\": 1}");

	(void)state;
	assert_true(policy_rule__has_region(&policy->rules[0], "pci", 0));
	assert_false(policy_rule__has_region(&policy->rules[0], "ccw", 0));
	assert_true(policy_rule__has_region(&policy->rules[0], "ccw", 9));
	assert_false(policy_rule__has_region(&policy->rules[0], "pci", VS_REGION_BAD));
	assert_true(policy_rule__has_region(&policy->rules[1], NULL, VS_REGION_BAD));
	policy__free(policy);
}

static void test_devices(void **state)
{
	struct policy *policy =
		parse("!{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\", \"devices\": "
		      "[{\"vendor\": \"0x1014\", \"device\": \"0x4ed\"}, "
		      "{\"driver\": \"x\"}], \"rules\": [{\"id\": \"a\", \"min\": 1}]}");
	struct run_device device = { .vendor_id = 0x1014,
				     .device_id = 0x4ed,
				     .driver = (char *)"y" };

	(void)state;
	assert_int_equal(policy__matches(policy, &device), POLICY_MATCHES);
	device.vendor_id = -1;
	assert_int_equal(policy__matches(policy, &device), POLICY_MAY_MATCH);
	device.device_id = 0x4ee;
	assert_int_equal(policy__matches(policy, &device), POLICY_DOES_NOT_MATCH);
	device.driver = NULL;
	assert_int_equal(policy__matches(policy, &device), POLICY_MAY_MATCH);
	device.driver = (char *)"x";
	assert_int_equal(policy__matches(policy, &device), POLICY_MATCHES);
	policy__free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rejects), cmocka_unit_test(test_huge),
		cmocka_unit_test(test_deep),	cmocka_unit_test(test_fields),
		cmocka_unit_test(test_regions), cmocka_unit_test(test_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
