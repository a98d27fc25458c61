using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>A sentence of a run's story, and when it happens.</summary>
public readonly record struct TaleLine(long AfterTicks, string Text);

/// <summary>A replay in words of people.</summary>
public sealed class ReplayWords
{
    /// <summary>A sentence names at most so many zones, sensors or segments.</summary>
    private const int NamesMax = 3;

    /// <summary>A sentence about a counterfactual names at most so many critical services.</summary>
    private const int CriticalNamed = 3;

    private readonly Replay _replay;
    private readonly BreachNames _names;
    private readonly Dictionary<string, string> _coming = [];

    public ReplayWords(Replay replay) => (_replay, _names) = (replay, new(replay.City));

    /// <summary>Hours, minutes and seconds since the beginning, such as 1:02:03.</summary>
    public static string Clock(long ticks)
    {
        var seconds = ticks / 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }

    /// <summary>The story; services that change in one instant share a sentence, and so do many things to which the same happens.</summary>
    public ImmutableArray<TaleLine> Tale()
    {
        var tale = ImmutableArray.CreateBuilder<TaleLine>();
        _coming.Clear();
        var story = _replay.Story;
        for (var place = 0; place < story.Length; place++)
        {
            var end = place + 1;
            while (IsShared(story[place].Kind) && end < story.Length && IsAlike(story[place], story[end]))
            {
                end++;
            }

            var lines = story.AsSpan()[place..end];
            var at = story[place].AfterTicks;
            tale.AddRange(story[place].Kind switch
            {
                StoryKind.Service => Services(lines).Select(text => new TaleLine(at, text)),
                _ when lines.Length > NamesMax => [new(at, Shared(lines))],
                _ => lines.ToArray().Select(line => new TaleLine(at, Sentence(line))),
            });
            place = end - 1;
        }

        return tale.ToImmutable();
    }

    /// <summary>How it ended.</summary>
    public string Outcome()
    {
        var facts = _replay.Facts;
        var end = facts.SucceededAt is { } at ? $"The attack succeeds after {Clock(at)}"
            : facts.NeutralisedAt is { } stopped ? $"The attack is stopped after {Clock(stopped)}"
            : $"The attack has not succeeded by the end, after {Clock(_replay.Job.Scenario.HorizonTicks)}";
        var seen = facts.DetectedAt is { } detected ? $"first noticed after {Clock(detected)}" : "never noticed";
        var met = facts.InterruptedAt is { } met1 ? $"responders are there in time, after {Clock(met1)}"
            : facts.ArrivedAt is { } late ? $"responders come too late, after {Clock(late)}" : "nobody comes";
        var back = !facts.HasFallen ? "no service falls"
            : facts.RestoredAt is { } restored ? $"all services are back after {Clock(restored)}" : "not all services are back by the end";
        var critical = facts.Critical.ToList();
        var failed = critical.Count == 0 ? "" : $" Below what is critical: {Several(critical.Take(CriticalNamed).Select(Named), critical.Count - CriticalNamed)}.";
        return string.Create(CultureInfo.InvariantCulture, $"{end}; {seen}; {met}; {back}.{failed} {facts.LostThousandthHours / 1000.0:N0} person-hours are lost{Disclosed(facts.Records)}.");
    }

    /// <summary>What one change would have come to.</summary>
    public string Sentence(Counterfactual one)
    {
        var parts = new List<string>();
        var after = one.Facts;
        if (one.IsDecisive)
        {
            parts.Add(after.HasSucceeded ? "the attack succeeds" : after.NeutralisedAt is not null ? "the attack is stopped" : "the attack fails");
        }
        else if (one.SucceededBefore && after.SucceededAt != _replay.Facts.SucceededAt)
        {
            parts.Add($"the attack succeeds all the same, after {Clock(after.SucceededAt!.Value)}");
        }
        else
        {
            parts.Add(one.SucceededBefore ? "the attack succeeds all the same" : "the attack fails all the same");
        }

        Add(parts, one.Saved, "stays up", "stay up");
        Add(parts, one.Failed, "fails", "fail");
        AddNumber(parts, one.SavedThousandthHours / 1000.0, "person-hours");
        AddNumber(parts, one.SavedRecords, "records");
        return $"{Condition(one.Change)}, {string.Join("; ", parts)}.{CostOf(one.Change)}";
    }

    private string Condition(Change change) => change.Kind switch
    {
        ChangeKind.Conduit => $"Without the conduit '{NameOf(_replay.City.Security.Conduits.FirstOrDefault(one => one.Id.Value == change.Id)?.Name, change.Id)}'",
        ChangeKind.Defence => $"With '{_names.Defence(change.Id)}' in place",
        _ => $"If '{_names.Step(change.Id)}' could not be done",
    };

    /// <summary>An isolated conduit costs what it carries; the run does not charge it.</summary>
    private string CostOf(Change change)
    {
        var carries = change.Kind == ChangeKind.Conduit
            ? _replay.City.Security.Conduits.FirstOrDefault(one => one.Id.Value == change.Id)?.Carries ?? [] : [];
        return carries.IsEmpty ? ""
            : $" To isolate it has a price: {string.Join(", ", carries.Select(one => $"{_names.Segment(one.Segment.Value)} at most {Percent(one.LevelPermille)}"))}.";
    }

    private void Add(List<string> parts, ImmutableArray<ServiceHit> hits, string one, string several)
    {
        if (!hits.IsEmpty)
        {
            var named = hits.Take(CriticalNamed).Select(Named);
            parts.Add($"{Several(named, hits.Length - CriticalNamed)} {(hits.Length == 1 ? one : several)}");
        }
    }

    private string Named(ServiceHit hit) => $"{BreachNames.Service(hit.Service.Value)} at {_names.Zone(hit.Zone.Value)}";

    private static void AddNumber(List<string> parts, double saved, string what)
    {
        if (Math.Abs(saved) >= 1)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(saved):N0} {what} {(saved > 0 ? "fewer" : "more")} are lost"));
        }
    }

    private string Sentence(StoryLine line) => line.Kind switch
    {
        StoryKind.City => $"Whoever attacks: {_names.Segment(line.Subject)} can give at most {Percent(Number(line.Detail))}.",
        StoryKind.Began => $"The adversary begins: {_names.Step(line.Subject)}.",
        StoryKind.Reached => $"Done: {_names.Step(line.Subject)}.",
        StoryKind.Impossible => $"Not possible this time: {_names.Step(line.Subject)}.",
        StoryKind.Detected => $"{(line.Subject.Length > 0 ? _names.Sensor(line.Subject) : "Somebody")} notices it: {_names.Step(line.Detail)}.",
        StoryKind.Unseen => $"{(line.Subject.Length > 0 ? $"{_names.Sensor(line.Subject)} does not notice" : "Nobody notices")} it ({Because(line.Why)}): {_names.Step(line.Detail)}.",
        StoryKind.Lost => $"The alarm does not get through: {_names.Step(line.Detail)}.",
        StoryKind.Alarmed => $"The alarm is believed: {_names.Step(line.Subject)}.",
        StoryKind.Dispatched => Sent(line),
        StoryKind.NobodyFree => $"Nobody suitable is free to go to {_names.Area(line.Subject)}.",
        StoryKind.Arrived => $"{Came(line.Subject)} {(line.AfterTicks > (_replay.Facts.SucceededAt ?? long.MaxValue) ? "too late" : "there")}.",
        StoryKind.Neutralised => "They stop the adversary.",
        StoryKind.Overcome => "They do not stop the adversary.",
        StoryKind.Struck => $"{_names.Segment(line.Subject)} is brought down to {Percent(Number(line.Detail))}.",
        StoryKind.Restored => $"{_names.Segment(line.Subject)} is put right.",
        StoryKind.Disclosed => string.Create(CultureInfo.InvariantCulture, $"{Number(line.Detail):N0} {line.Subject} records become known."),
        StoryKind.Blinded => $"{_names.Sensor(line.Subject)} {(line.Detail.Length > 0 ? "shows what is not so from now on" : "sees nothing from now on")}.",
        StoryKind.ControlLost => $"{_names.Segment(line.Subject)} can no longer be switched from afar.",
        StoryKind.Misled => $"An operator acts on a forged reading: {_names.Segment(line.Subject)}.",
        StoryKind.Succeeded => "The attack has reached all it was about.",
        _ => $"{line.Subject}: {line.Detail}.",
    };

    private static bool IsShared(StoryKind kind) => kind is StoryKind.Service or StoryKind.Blinded or StoryKind.ControlLost;

    private static bool IsAlike(StoryLine one, StoryLine other) =>
        one.Kind == other.Kind && one.AfterTicks == other.AfterTicks && (one.Kind == StoryKind.Service || one.Detail == other.Detail);

    private string Shared(ReadOnlySpan<StoryLine> lines)
    {
        var named = Several(
            lines[..NamesMax].ToArray().Select(line => line.Kind == StoryKind.Blinded ? _names.Sensor(line.Subject) : _names.Segment(line.Subject)), lines.Length - NamesMax);
        return lines[0] switch
        {
            { Kind: StoryKind.ControlLost } => string.Create(CultureInfo.InvariantCulture, $"{lines.Length} segments can no longer be switched from afar: {named}."),
            { Detail.Length: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{lines.Length} sensors show what is not so from now on: {named}."),
            _ => string.Create(CultureInfo.InvariantCulture, $"{lines.Length} sensors see nothing from now on: {named}."),
        };
    }

    private string Sent(StoryLine line)
    {
        _coming[line.Detail] = line.Subject.Length > 0 ? _names.Guard(line.Subject) : line.Detail == "cyber" ? "The security team" : "The response force";
        return $"{_coming[line.Detail]} {(line.Detail == "cyber" ? "begins to answer" : "is sent")}.";
    }

    private string Came(string kind) => $"{_coming.GetValueOrDefault(kind, "Somebody")} is";

    private static string Because(UnseenBecause? why) => why switch
    {
        UnseenBecause.Blind => "it is blind, or lies",
        UnseenBecause.Dark => "it lacks power or telecom",
        UnseenBecause.Hour => "few look at this hour",
        _ => "by chance",
    };

    private IEnumerable<string> Services(ReadOnlySpan<StoryLine> lines)
    {
        var groups = new List<((string Service, bool IsFall) Change, List<(string Zone, int Before, int After)> Zones)>();
        foreach (var line in lines)
        {
            var slash = line.Subject.IndexOf('/', StringComparison.Ordinal);
            var (before, after) = (line.BeforePermille ?? 0, (int)Number(line.Detail));
            var change = (line.Subject[(slash + 1)..], after < before);
            var group = groups.FindIndex(one => one.Change == change);
            if (group < 0)
            {
                groups.Add((change, []));
                group = groups.Count - 1;
            }

            groups[group].Zones.Add((_names.Zone(line.Subject[..slash]), before, after));
        }

        return groups.Select(group => Services(group.Change.Service, group.Change.IsFall, [.. group.Zones.OrderBy(zone => zone.After)]));
    }

    private static string Services(string service, bool isFall, ImmutableArray<(string Zone, int Before, int After)> zones) =>
        $"{Capital(BreachNames.Service(service))} {(isFall ? "falls" : "rises")} from {Range(zones.Select(zone => zone.Before))} to {Range(zones.Select(zone => zone.After))}: {Several(zones.Take(NamesMax).Select(zone => zone.Zone), zones.Length - NamesMax)}.";

    private static string Range(IEnumerable<int> permilles) => permilles.Min() == permilles.Max()
        ? Percent(permilles.Min())
        : string.Create(CultureInfo.InvariantCulture, $"{permilles.Min() / 10.0:0.#}-{permilles.Max() / 10.0:0.#} %");

    private static string Several(IEnumerable<string> named, int more) => string.Join(", ", named) + (more > 0 ? $" and {more} more" : "");

    private static string Disclosed(ImmutableArray<(string RecordClass, long Records)> records) => string.Concat(records.Where(one => one.Records > 0)
        .Select(one => string.Create(CultureInfo.InvariantCulture, $", {one.Records:N0} {one.RecordClass} records become known")));

    private static string NameOf(string? name, string id) => string.IsNullOrEmpty(name) ? id : name;

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Percent(long permille) => string.Create(CultureInfo.InvariantCulture, $"{permille / 10.0:0.#} %");

    private static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
