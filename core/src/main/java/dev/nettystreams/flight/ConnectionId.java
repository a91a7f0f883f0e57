package dev.nettystreams.flight;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import jdk.jfr.Label;
import jdk.jfr.MetadataDefinition;
import jdk.jfr.Name;
import jdk.jfr.Relational;

/** Marks the number of a connection, so that tools can show all events of one connection together. */
@MetadataDefinition
@Relational
@Name("dev.nettystreams.ConnectionId")
@Label("Connection Id")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface ConnectionId {}
