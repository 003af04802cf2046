#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print a small vmlinux.h: gen_vmlinux.py ARCH TYPES_LIST PROVENANCE BTF_JSON...

BTF_JSON are outputs of "bpftool --json btf dump": the kernel's first, then
those of modules (split BTF on it). TYPES_LIST says what to keep; its format is
described at its top. Whatever is asked for and not found ends the program.
"""
import json
import sys

INT_NAMES = {
    "long unsigned int": "unsigned long",
    "long int": "long",
    "long long unsigned int": "unsigned long long",
    "long long int": "long long",
    "short unsigned int": "unsigned short",
    "short int": "short",
    "__int128 unsigned": "unsigned __int128",
}
QUALIFIERS = {"CONST": "const", "VOLATILE": "volatile", "RESTRICT": "restrict"}
AGGREGATES = {"STRUCT": "struct", "UNION": "union"}
ENUMS = ("ENUM", "ENUM64")
ALL = "*"
LINE_MAX = 100


class Missing(Exception):
    """A type, member or value that the kernel does not have."""


def name_of(item):
    """BTF_JSON calls what has no name "(anon)"."""
    return "" if item["name"] == "(anon)" else item["name"]


class Btf:
    """The types of a kernel and of some of its modules, told apart by origin.

    Every module numbers its types from where the kernel's end, so an id means
    something only together with the module: a reference is (origin, id).
    """

    def __init__(self, paths):
        self.types = {}
        self.named = {}
        self.anonymous_enums = []
        for origin, path in enumerate(paths):
            with open(path, encoding="utf-8") as file:
                dump = json.load(file)
            if "types" not in dump:
                raise Missing(f"{path}: {dump.get('error', 'no types')}")
            for btf_type in dump["types"]:
                self.add(origin, btf_type)

    def add(self, origin, btf_type):
        """Index a type. A name that occurs twice means the first one."""
        ref = (origin, btf_type["id"])
        self.types[ref] = btf_type
        kind, name = btf_type["kind"], name_of(btf_type)
        if name:
            kind = "ENUM" if kind in ENUMS else kind
            self.named.setdefault((kind, name), ref)
        elif kind in ENUMS:
            self.anonymous_enums.append(ref)

    def get(self, ref):
        """The type at ref; None is void."""
        return self.types.get(ref) or self.types.get((0, ref[1]))

    def find(self, kind, name):
        """The reference of a complete named type."""
        if (kind, name) not in self.named:
            raise Missing(f"no {kind.lower()} {name}")
        return self.named[(kind, name)]


class Wanted:
    """TYPES_LIST as read for one architecture."""

    def __init__(self, path, arch):
        self.typedefs = []
        self.anonymous_values = []
        self.members = {}  # (kind, name) -> list of members, in order of appearance
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.split("#")[0].strip()
                if line.startswith("@"):
                    arches, line = line[1:].split(None, 1)
                    if arch not in arches.split(","):
                        continue
                if line and not self.add(line):
                    raise Missing(f"{path}:{number}: not understood: {line}")

    def add(self, line):
        """Take in one line; False if it is malformed."""
        head, _, rest = line.partition(":")
        keyword, *names = head.split()
        if keyword == "typedef":
            self.typedefs += names
        elif keyword == "enum" and not names:
            self.anonymous_values += rest.split()
        elif keyword in ("struct", "union", "enum") and len(names) == 1 and rest:
            self.members.setdefault((keyword.upper(), names[0]), []).extend(rest.split())
        else:
            return False
        return True


class Writer:
    """Turns references into C text, what each depends on before it."""

    def __init__(self, btf, wanted):
        self.btf = btf
        self.wanted = wanted
        self.emitted = set()
        self.forwards = set()
        self.typedefs = []
        self.enums = []
        self.records = []  # structures and unions

    # -- declarations: "type declarator" --------------------------------------

    def declare(self, ref, inner, deep):
        """C text that declares inner as being of the type at ref.

        deep: the type must be complete, as it is for a member held by value.
        """
        btf_type = self.btf.get(ref)
        if btf_type is None:
            return f"void {inner}".rstrip()
        kind, name = btf_type["kind"], name_of(btf_type)
        target = (ref[0], btf_type.get("type_id", btf_type.get("ret_type_id", 0)))
        if kind == "PTR":
            pointee = self.btf.get(target)
            grouped = pointee and pointee["kind"] in ("FUNC_PROTO", "ARRAY")
            return self.declare(target, f"(*{inner})" if grouped else f"*{inner}", False)
        if kind == "ARRAY":
            return self.declare(target, f"{inner}[{btf_type['nr_elems']}]", deep)
        if kind == "FUNC_PROTO":
            params = ", ".join(self.declare((ref[0], param["type_id"]), "", False)
                               for param in btf_type["params"])
            return self.declare(target, f"{inner}({params or 'void'})", False)
        if kind in QUALIFIERS:
            qualifier = QUALIFIERS[kind]
            if self.btf.get(target) and self.btf.get(target)["kind"] == "PTR":
                return self.declare(target, f"{qualifier} {inner}".rstrip(), deep)
            return f"{qualifier} {self.declare(target, inner, deep)}"
        if kind.endswith("TAG"):
            return self.declare(target, inner, deep)
        return f"{self.base_name(ref, kind, name, deep)} {inner}".rstrip()

    def base_name(self, ref, kind, name, deep):
        """The name of a scalar, typedef, enum, structure or union; emits what it needs."""
        if kind in ("INT", "FLOAT"):
            return INT_NAMES.get(name, name)
        if kind == "TYPEDEF":
            self.emit_typedef(ref)
            return name
        if kind in ENUMS:
            if not name:
                raise Missing("typedefs and members of anonymous enum type are not supported")
            if deep:
                self.emit_enum(("ENUM", name))
            return f"enum {name}"
        keyword = self.btf.get(ref)["fwd_kind"] if kind == "FWD" else AGGREGATES[kind]
        key = (keyword.upper(), name)
        if deep:
            self.emit_record(key)
        elif key not in self.wanted.members:
            self.forwards.add(key)
        return f"{keyword} {name}"

    # -- definitions ----------------------------------------------------------

    def emit_typedef(self, ref):
        """Emit a typedef once, after what it stands for."""
        btf_type = self.btf.get(ref)
        name = btf_type["name"]
        if ("TYPEDEF", name) in self.emitted:
            return
        self.emitted.add(("TYPEDEF", name))
        target_ref = (ref[0], btf_type["type_id"])
        target = self.btf.get(target_ref)
        if target and target["kind"] in AGGREGATES and not name_of(target):
            body = self.body(target_ref, [ALL], "")
            self.records.append([f"typedef {AGGREGATES[target['kind']]} {{", *body, f"}} {name};"])
        else:
            self.typedefs.append([f"typedef {self.declare(target_ref, name, False)};"])

    def emit_values(self, head, values):
        """Emit an enum of the values given."""
        lines = [f"\t{value['name']} = {constant(value['val'])}," for value in values]
        self.enums.append([f"{head} {{", *lines, "};"])

    def emit_enum(self, key):
        """Emit a named enum once, cut down to the values wanted."""
        if key in self.emitted:
            return
        self.emitted.add(key)
        values = self.btf.get(self.btf.find(*key))["values"]
        names = self.wanted.members.get(key, [ALL])
        check_all_there(f"enum {key[1]}", names, {value["name"] for value in values})
        self.emit_values(f"enum {key[1]}",
                         [value for value in values if names == [ALL] or value["name"] in names])

    def emit_anonymous_enums(self, names):
        """Emit the values named, those of one kernel enum together."""
        left = list(names)
        for ref in self.btf.anonymous_enums:
            values = [value for value in self.btf.get(ref)["values"] if value["name"] in left]
            if values:
                self.emit_values("enum", values)
                left = [name for name in left if name not in {value["name"] for value in values}]
        check_all_there("any anonymous enum", left, set())

    def emit_record(self, key):
        """Emit a structure or union once, after those it holds by value."""
        if key in self.emitted:
            return
        self.emitted.add(key)
        keyword = f"{key[0].lower()} {key[1]}"
        if key not in self.wanted.members:
            raise Missing(f"{keyword} is held by value by another structure: list it")
        ref = self.btf.find(*key)
        names = self.wanted.members[key]
        check_all_there(keyword, names, self.member_names(ref))
        self.records.append([f"{keyword} {{", *self.body(ref, names, ""), "};"])

    def member_names(self, ref):
        """Names of all members, those in anonymous structures and unions too."""
        names = set()
        for member in self.btf.get(ref)["members"]:
            if name_of(member):
                names.add(member["name"])
            else:
                names |= self.member_names((ref[0], member["type_id"]))
        return names

    def body(self, ref, names, indent):
        """Lines of a structure or union: the members named, one level further in."""
        indent += "\t"
        lines = []
        for member in self.btf.get(ref)["members"]:
            name, member_ref = name_of(member), (ref[0], member["type_id"])
            if name and names != [ALL] and name not in names:
                continue
            member_type = self.btf.get(member_ref)
            if member_type["kind"] in AGGREGATES and not name_of(member_type):
                inside = self.body(member_ref, [ALL] if name else names, indent)
                if inside:
                    keyword = AGGREGATES[member_type["kind"]]
                    lines += [f"{indent}{keyword} {{", *inside, f"{indent}}} {name}".rstrip() + ";"]
                continue
            declaration = self.declare(member_ref, name, True)
            bits = member.get("bitfield_size")
            lines += wrap(f"{indent}{declaration}{f': {bits}' if bits else ''};")
        return lines


def constant(value):
    """An enum value as C text: decimal where it fits an int."""
    if -(1 << 31) <= value < 1 << 31:
        return str(value)
    return f"{value:#x}U" if value >> 32 == 0 else f"{value:#x}ULL"


def check_all_there(what, names, there):
    """Complain of names that are not there."""
    missing = [name for name in names if name != ALL and name not in there]
    if missing:
        raise Missing(f"{what} has no {', '.join(missing)}")


def wrap(line):
    """Break a line that is too long after a comma, as kernel style has it."""
    if len(line.expandtabs(8)) <= LINE_MAX:
        return [line]
    indent = line[:len(line) - len(line.lstrip())]
    lines, current = [], ""
    for part in line.replace(", ", ",\0").split("\0"):
        candidate = f"{current} {part}" if current else part
        if current and len(candidate.expandtabs(8)) > LINE_MAX:
            lines.append(current)
            candidate = f"{indent}\t\t{part}"
        current = candidate
    return [*lines, current]


def blocks(items):
    """Text of definitions: an empty line around those of more than one line."""
    text, before = [], 1
    for item in items:
        if len(item) > 1 or before > 1:
            text.append("")
        text += item
        before = len(item)
    return text


def generate(arch, list_path, provenance, paths):
    """Return the header as a list of lines."""
    wanted = Wanted(list_path, arch)
    writer = Writer(Btf(paths), wanted)
    for name in wanted.typedefs:
        writer.emit_typedef(writer.btf.find("TYPEDEF", name))
    writer.emit_anonymous_enums(wanted.anonymous_values)
    for key in wanted.members:
        if key[0] == "ENUM":
            writer.emit_enum(key)
        else:
            writer.emit_record(key)
    forwards = sorted(f"{kind.lower()} {name};" for kind, name in writer.forwards)
    return [
        "/* SPDX-License-Identifier: GPL-2.0-only */",
        "/*",
        " * Generated by scripts/gen-vmlinux.sh from vmlinux/types.list. Do not edit.",
        " *",
        f" * {arch}, {provenance}.",
        " */",
        "#ifndef __VMLINUX_H__",
        "#define __VMLINUX_H__",
        "",
        *blocks(writer.typedefs),
        *blocks(writer.enums),
        "",
        "#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)",
        "",
        *forwards,
        *blocks(writer.records),
        "",
        "#pragma clang attribute pop",
        "",
        '#include "../newer.h"',
        "",
        "#endif /* __VMLINUX_H__ */",
    ]


def main():
    if len(sys.argv) < 5:
        sys.exit("usage: gen_vmlinux.py ARCH TYPES_LIST PROVENANCE BTF_JSON...")
    try:
        print("\n".join(generate(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])))
    except Missing as error:
        sys.exit(f"gen_vmlinux.py: {sys.argv[1]}: {error}")


if __name__ == "__main__":
    main()
