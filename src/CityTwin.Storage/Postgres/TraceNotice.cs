using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using CityTwin.Storage.Committing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>
/// What a silo tells the others of a write that is traced, in the transaction that writes it: where it stands in the change
/// log, of which kinds its changes are, and which span wrote it (as W3C Trace Context writes it).
/// </summary>
/// <param name="Writer">The process that tells; it knows already.</param>
internal sealed record TraceNotice(string Writer, long Seq, ImmutableArray<string> Kinds, ActivityContext Trace)
{
    public const string Channel = "citytwin_traces";

    /// <summary>Of a group no more are told: few writes are traced, and these do not wait for the many.</summary>
    public const int GroupMax = 16;

    /// <summary>Tells of the traced writes of a group, inside the open transaction; mostly there is none.</summary>
    public static void Tell(NpgsqlConnection connection, string writer, IReadOnlyList<PendingSave> group, Saved?[] outcomes)
    {
        List<string>? notices = null;
        for (var place = 0; place < group.Count && (notices is null || notices.Count < GroupMax); place++)
        {
            if (group[place].Trace is { } trace && outcomes[place] is { Seq: { } seq })
            {
                (notices ??= []).Add(new TraceNotice(writer, seq, [.. group[place].Changes.Select(change => change.Kind).Distinct()], trace).ToString());
            }
        }

        if (notices is not null)
        {
            using var command = new NpgsqlCommand($"select pg_notify('{Channel}', notice) from unnest($1) as notice", connection);
            command.Parameters.AddWithValue(notices.ToArray());
            command.ExecuteNonQuery();
        }
    }

    /// <returns>Null for what is no notice: whoever may connect to the database may tell anything.</returns>
    public static TraceNotice? Parse(string told) =>
        told.Split(' ') is [var writer, var seq, var kinds, var trace]
        && long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
        && ActivityContext.TryParse(trace, null, isRemote: true, out var context)
            ? new(writer, at, [.. kinds.Split(',')], context) : null;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Writer} {Seq} {string.Join(',', Kinds)} 00-{Trace.TraceId}-{Trace.SpanId}-{(byte)Trace.TraceFlags:x2}");
}
