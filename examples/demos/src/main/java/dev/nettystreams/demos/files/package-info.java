/** A web server for the files of a directory: HTTP/1.1 with ranges, conditional requests and keep-alive. */
@NullMarked
package dev.nettystreams.demos.files;

import org.jspecify.annotations.NullMarked;
