/** {@code exec-server}: a program for each connection. */
@NullMarked
package dev.nettystreams.demos.exec;

import org.jspecify.annotations.NullMarked;
