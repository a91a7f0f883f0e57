package dev.nettystreams.netty;

import java.util.List;

/**
 * The credentials of the peer of a Unix socket: {@code getExtraInfo("peercred")}.
 *
 * @param processId the peer's process id when it connected or listened
 * @param userId the peer's effective user id
 * @param groupIds the peer's effective group ids, as far as the system reports them
 */
public record UnixCredentials(int processId, int userId, List<Integer> groupIds) {
    /**
     * Copies the list.
     *
     * @param processId a process id
     * @param userId a user id
     * @param groupIds group ids, possibly none
     */
    public UnixCredentials {
        groupIds = List.copyOf(groupIds);
    }
}
