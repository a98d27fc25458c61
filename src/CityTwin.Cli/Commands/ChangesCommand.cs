using System.CommandLine;
using System.Globalization;
using CityTwin.Protocol.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin changes [THING...]</c>: what has changed in a running city, newest first.</summary>
internal static class ChangesCommand
{
    private const int PageSize = 500;

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    public static Command Create()
    {
        var things = new Argument<string[]>("thing") { Description = "Names such as segments/pump or zones/harbour; none = all.", Arity = ArgumentArity.ZeroOrMore };
        var server = RunningCity.Option();
        var kind = new Option<ChangeKind?>("--kind") { Description = "Only changes of this kind, such as level, sensor or alert." };
        var within = new Option<string>("--within") { Description = "Only what lies in this zone.", HelpName = "ZONE", DefaultValueFactory = _ => "" };
        var since = new Option<DateTimeOffset?>("--since") { Description = "Only what changed at this instant or later.", HelpName = "TIME" };
        var until = new Option<DateTimeOffset?>("--until") { Description = "Only what changed before.", HelpName = "TIME" };
        var every = new Option<TimeSpan?>("--every") { Description = "Summarize pieces of time of this length, such as 01:00:00; needs things.", HelpName = "SPAN" };
        var most = new Option<int>("--most") { Description = "Stop after so many.", DefaultValueFactory = _ => 100 };
        var json = new Option<bool>("--json") { Description = "Write JSON, one change or span a line, for programs." };
        var command = new Command("changes", "Lists what has changed in a running city, newest first, as long as it is kept.")
        {
            things, server, kind, within, since, until, every, most, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var request = new ListChangesRequest
            {
                Things = { result.GetValue(things) ?? [] },
                Within = result.GetValue(within),
                StartTime = result.GetValue(since) is { } from ? Timestamp.FromDateTimeOffset(from) : null,
                EndTime = result.GetValue(until) is { } to ? Timestamp.FromDateTimeOffset(to) : null,
                Every = result.GetValue(every) is { } piece ? Duration.FromTimeSpan(piece) : null,
            };
            if (result.GetValue(kind) is { } asked)
            {
                request.Kinds.Add(asked);
            }

            var output = result.InvocationConfiguration.Output;
            for (var left = result.GetValue(most); left > 0;)
            {
                request.PageSize = Math.Min(left, PageSize);
                var page = await RunningCity.Ask(result, server, client => client.History.ListChangesAsync(request, cancellationToken: cancellation).ResponseAsync);
                foreach (var message in page.Changes.Concat<IMessage>(page.Spans))
                {
                    await output.WriteLineAsync(result.GetValue(json) ? Formatter.Format(message) : LineOf(message));
                }

                left = page.NextPageToken.Length == 0 ? 0 : left - page.Changes.Count - page.Spans.Count;
                request.PageToken = page.NextPageToken;
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static string LineOf(IMessage message) => message is ChangeSpan span
        ? $"{TimeOf(span.StartTime)}  {span.Count,6}x  {Words(span.Last)}{(span.HasWorstLevelPermille ? $", {span.WorstLevelPermille} at worst" : "")}"
        : message is Change change ? $"{TimeOf(change.ChangeTime)}  {Words(change)}" : "";

    private static string Words(Change change) => $"{change.Name}  " + (change.Removed ? "is gone" : change.Kind switch
    {
        ChangeKind.Level => $"level {change.LevelBeforePermille} to {change.LevelPermille}",
        ChangeKind.Segment => $"ceiling {change.CeilingPermille}{string.Concat(change.Causes.Select(cause => $", {cause.Cause_} {cause.LevelPermille} ({cause.Principal})"))}",
        ChangeKind.Sensor => $"{Word(change.Quality)}, {(change.HasValue ? change.Value.ToString(CultureInfo.InvariantCulture) : change.Word.Length > 0 ? change.Word : "no reading")}",
        ChangeKind.Zone => $"posture {Word(change.Posture)}{(change.HasPeopleCounted ? $", {change.PeopleCounted} people" : "")}",
        ChangeKind.Guard => Word(change.Duty),
        ChangeKind.Asset => Word(change.AssetPosture),
        ChangeKind.Conduit => change.Isolated ? "isolated" : "carries",
        ChangeKind.Alert => $"{Word(change.AlertState)}, {Word(change.Severity)}: {change.Text}",
        _ => "",
    });

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string TimeOf(Timestamp at) => at.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
