package dev.nettystreams.benchmarks.compare;

import java.nio.file.Path;

/** The program of Python's servers, as a file. */
interface PythonProgram {
    Path path();
}
