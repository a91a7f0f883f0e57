package dev.nettystreams.demos.postgres;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Aligns rows as psql does. Only the last row tells the width of a column, so all rows are kept; their memory is
 * bounded. NULL is printed as an empty cell, as in psql.
 */
final class ResultTable {
    private static final int NULL_LENGTH = -1;

    /** The size of the objects around a cell's text, and around a row. */
    private static final int OVERHEAD_BYTES = 64;

    private final List<Column> columns;
    private final int[] widths;
    private final List<String[]> rows = new ArrayList<>();
    private final long limitBytes;
    private long usedBytes;

    ResultTable(List<Column> columns, long limitBytes) {
        this.columns = columns;
        this.widths =
                columns.stream().mapToInt(each -> Printable.width(each.name())).toArray();
        this.limitBytes = limitBytes;
    }

    void add(BackendMessage row) throws IOException {
        int count = row.int16();
        if (count != columns.size()) {
            throw new BackendProtocolException(
                    "a row of " + count + " cells in a table of " + columns.size() + " columns");
        }
        String[] cells = new String[count];
        for (int i = 0; i < count; i++) {
            int byteCount = row.int32();
            cells[i] = byteCount == NULL_LENGTH ? "" : Printable.of(row.text(byteCount));
            widths[i] = Math.max(widths[i], Printable.width(cells[i]));
            use(OVERHEAD_BYTES + 2L * cells[i].length());
        }
        row.end();
        use(OVERHEAD_BYTES);
        rows.add(cells);
    }

    private void use(long byteCount) throws IOException {
        usedBytes += byteCount;
        if (usedBytes > limitBytes) {
            throw new IOException(
                    "the result takes more than " + limitBytes + " bytes of memory: ask for fewer rows, or COPY");
        }
    }

    void print(PrintWriter out) throws IOException {
        long lineLength = Arrays.stream(widths).asLongStream().sum();
        if (lineLength * rows.size() > limitBytes) {
            throw new IOException("the result takes more than " + limitBytes
                    + " characters when it is aligned: ask for narrower cells, or COPY");
        }
        out.print(header() + ruler());
        for (String[] row : rows) {
            out.print(line(row));
        }
        out.print("(" + rows.size() + (rows.size() == 1 ? " row)\n\n" : " rows)\n\n"));
    }

    private String header() {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String name = columns.get(i).name();
            int missing = widths[i] - Printable.width(name);
            line.append(i == 0 ? " " : "| ");
            line.append(" ".repeat(missing / 2)).append(name).append(" ".repeat(missing - missing / 2 + 1));
        }
        return widths.length == 0 ? "" : line.append('\n').toString();
    }

    private String ruler() {
        StringBuilder line = new StringBuilder(widths.length == 0 ? "--" : "");
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? "-" : "+-").append("-".repeat(widths[i] + 1));
        }
        return line.append('\n').toString();
    }

    private String line(String[] cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            boolean isLast = i == cells.length - 1;
            String padding = " ".repeat(widths[i] - Printable.width(cells[i]));
            line.append(i == 0 ? " " : "| ");
            line.append(columns.get(i).isNumber() ? padding + cells[i] : cells[i] + (isLast ? "" : padding));
            line.append(isLast ? "" : " ");
        }
        return cells.length == 0 ? "" : line.append('\n').toString();
    }
}
