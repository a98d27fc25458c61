namespace CityTwin.Storage.Sqlite;

/// <summary>
/// Which rows leave the change log: the oldest, by number and age, a bounded piece at a time inside a transaction that
/// writes anyway. The latest row that replaces others (a checkpoint) and all that follows it stay: replay starts there.
/// </summary>
internal static class SqliteRetention
{
    /// <summary>The most rows that one transaction drops.</summary>
    internal const long PieceRows = 2_000;

    /// <summary>Dropping starts when this many rows could go: a handful a time would cost more than it frees.</summary>
    internal const long SlackRows = 500;

    /// <summary>Drops what may go, inside the open transaction.</summary>
    /// <returns>The lowest sequence now kept.</returns>
    public static long Trim(Statements statements, SqliteOptions options, long head, long firstKept, DateTimeOffset now)
    {
        var droppable = head - options.ChangesKeptMin;
        var (anchor, _) = statements.Anchor.Row();
        droppable = anchor == 0 ? droppable : Math.Min(droppable, anchor - 1);
        if (droppable < firstKept + SlackRows)
        {
            return firstKept;
        }

        var piece = firstKept + PieceRows - 1;
        var cutoff = (now - options.ChangesKeptFor).ToUnixTimeMilliseconds();
        var (firstYoung, _) = statements.FirstYoung.Bind(1, firstKept).Bind(2, piece).Bind(3, cutoff).Row();
        var aged = firstYoung == 0 ? piece : firstYoung - 1;
        var overdue = head - options.ChangesKeptMax;
        var last = Math.Min(Math.Min(Math.Max(overdue, aged), droppable), piece);
        if (last < firstKept + SlackRows)
        {
            return firstKept;
        }

        statements.Drop.Bind(1, last).Run();
        return last + 1;
    }

    /// <summary>The prepared statements of retention.</summary>
    internal sealed class Statements(Func<string, Statement> prepare)
    {
        public Statement FirstYoung { get; } = prepare("select min(seq), 0 from changes where seq between ?1 and ?2 and at >= ?3");

        /// <summary>The index is named because the planner prefers to walk the whole table in order of seq.</summary>
        public Statement Anchor { get; } = prepare("select min(seq), 0 from published indexed by published_replacing where replaces is not null");

        public Statement Drop { get; } = prepare("delete from changes where seq <= ?1");
    }
}
