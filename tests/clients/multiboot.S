/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel for QEMU's -kernel that accesses BAR0 of 00:05.0 by instructions of known widths, and ends
 * the machine through isa-debug-exit. With the command line "8" it makes aligned 8-byte ones only.
 *
 * Its first and last access are 8-byte reads of two offsets that nothing else reads: at them the
 * device's log is cut. Aligned 4-byte accesses are at offsets of 4 in 8, never of 0 and then 4: so in
 * the log of a kernel that makes two pieces of 8 bytes, such a pair is always one call.
 */
#define MULTIBOOT_MAGIC 0x1badb002
#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define BAR0 0x80002810 /* 00:05.0 */
#define EXIT_PORT 0x501
#define EXIT_VALUE 16 /* QEMU's status: 33 */
#define FIRST 0xf0000
#define LAST 0xf0008
#define CR0_MP 0x2
#define CR0_EM 0x4
#define CR4_OSFXSR 0x200
#define INFO_CMDLINE 16

	.text
	.balign 4
	.long MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

/* times N INSTRUCTION: so often */
	.macro times n, instruction:vararg
	mov	$\n, %edx
0:	\instruction
	dec	%edx
	jnz	0b
	.endm

	.globl _start
_start:
	mov	$stack_end, %esp
	cld
	mov	INFO_CMDLINE(%ebx), %ebp
	mov	%cr0, %eax
	and	$~CR0_EM, %eax
	or	$CR0_MP, %eax
	mov	%eax, %cr0
	mov	%cr4, %eax
	or	$CR4_OSFXSR, %eax
	mov	%eax, %cr4

	mov	$CONFIG_ADDRESS, %edx
	mov	$BAR0, %eax
	outl	%eax, %dx
	mov	$CONFIG_DATA, %edx
	inl	%dx, %eax
	and	$~0xf, %eax
	mov	%eax, %ebx

	movq	FIRST(%ebx), %xmm0
	call	eight
	call	is_eight
	je	1f
	call	narrow
	call	unaligned
	call	string
1:	movq	LAST(%ebx), %xmm0

	mov	$EXIT_VALUE, %eax
	mov	$EXIT_PORT, %edx
	outl	%eax, %dx
2:	hlt
	jmp	2b

/* Is "8" the last word of the command line, which begins with the kernel's path? */
is_eight:
	mov	%ebp, %esi
3:	lodsb
	test	%al, %al
	jnz	3b
	cmpw	$0x3820, -3(%esi) /* " 8" */
	ret

eight:
	times	17, movq 0x1008(%ebx), %xmm0
	times	19, movq %xmm0, 0x1008(%ebx)
	ret

narrow:
	times	23, movb 0x1000(%ebx), %al
	times	29, movw 0x1002(%ebx), %ax
	times	31, movl 0x1004(%ebx), %eax
	times	37, movdqu 0x1010(%ebx), %xmm0
	times	41, movb %al, 0x1000(%ebx)
	times	43, movw %ax, 0x1002(%ebx)
	times	47, movl %eax, 0x1004(%ebx)
	times	53, movdqu %xmm0, 0x1010(%ebx)
	ret

/* QEMU makes two aligned loads of the same width of each, or a store for each byte. */
unaligned:
	times	3, movw 0x1021(%ebx), %ax
	times	5, movl 0x1025(%ebx), %eax
	times	7, movq 0x1034(%ebx), %xmm0
	times	3, movw %ax, 0x1021(%ebx)
	times	5, movl %eax, 0x1025(%ebx)
	times	7, movq %xmm0, 0x1034(%ebx)
	ret

string:
	lea	0x1100(%ebx), %esi
	mov	$buffer, %edi
	mov	$61, %ecx
	rep movsb
	mov	$buffer, %esi
	lea	0x1100(%ebx), %edi
	mov	$59, %ecx
	rep movsb
	ret

	.bss
	.balign 16
buffer:	.skip 64
stack:	.skip 256
stack_end:

	.section .note.GNU-stack, "", @progbits
