/* The target's memory, read and written from outside. */
#include "inject.h"

#include <string.h>
#include <sys/uio.h>

bool mem_read(pid_t pid, uint64_t address, void *into, size_t length)
{
    struct iovec here = {into, length};
    struct iovec there = {(void *)(uintptr_t)address, length};
    return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)length;
}

bool mem_write(pid_t pid, uint64_t address, const void *from, size_t length)
{
    struct iovec here = {(void *)(uintptr_t)from, length};
    struct iovec there = {(void *)(uintptr_t)address, length};
    return process_vm_writev(pid, &here, 1, &there, 1, 0) == (ssize_t)length;
}

void mem_text(pid_t pid, uint64_t address, char *into, size_t length)
{
    size_t done = 0;
    while (done + 1 < length && mem_read(pid, address + done, into + done, 1) && into[done])
        done++;
    into[done] = 0;
}
