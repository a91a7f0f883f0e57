package dev.nettystreams.netty;

import java.util.List;

/**
 * Who is at the other end of a Unix socket: {@code getExtraInfo("peercred")}.
 *
 * @param processId as the peer had it when it connected or listened
 * @param userId its effective user
 * @param groupIds its effective groups, as far as the system tells
 */
public record UnixCredentials(int processId, int userId, List<Integer> groupIds) {
    /**
     * Copies the list.
     *
     * @param processId a process
     * @param userId a user
     * @param groupIds groups, possibly none
     */
    public UnixCredentials {
        groupIds = List.copyOf(groupIds);
    }
}
