module longshore.dev/allocator

go 1.24
