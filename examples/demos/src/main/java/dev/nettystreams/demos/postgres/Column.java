package dev.nettystreams.demos.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A column of a result.
 *
 * @param name the printable name
 * @param isNumber whether values are aligned to the right
 */
record Column(String name, boolean isNumber) {
    /** The types that psql treats as numbers: int8, int2, int4, oid, xid, cid, float4, float8, money, numeric. */
    private static final Set<Integer> NUMBERS = Set.of(20, 21, 23, 26, 28, 29, 700, 701, 790, 1700);

    private static final int TEXT_FORMAT = 0;

    /** Parses a RowDescription. */
    static List<Column> parse(BackendMessage description) throws BackendProtocolException {
        int count = description.int16();
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = Printable.of(description.string());
            description.int32(); // the table
            description.int16(); // the column of the table
            int type = description.int32();
            description.int16(); // the type's size
            description.int32(); // the type's modifier
            if (description.int16() != TEXT_FORMAT) {
                throw new BackendProtocolException("a binary column, which was not requested");
            }
            columns.add(new Column(name, NUMBERS.contains(type)));
        }
        description.end();
        return columns;
    }
}
