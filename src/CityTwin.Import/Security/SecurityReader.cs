using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Security;

/// <summary>Reads <c>security.json</c>: how a city can be attacked, watched and defended.</summary>
internal sealed class SecurityReader
{
    private const int SecurityLevelMax = 4;
    private const int LevelMax = 999;
    private const int HandsMax = 1_000;
    private const int MinutesPerDay = 24 * 60;
    private const double SpeedMin = 0.001;
    private const double SpeedMax = 1_000;
    private const double PersonsMin = 0.01;
    private const double PersonsMax = 1_000;

    private readonly CityFolder _folder;
    private readonly SecurityDraft _draft;
    private readonly StepReader _steps;
    private readonly DefenceReader _defences;
    private readonly CityDraft _city;

    public SecurityReader(CityFolder folder, CityDraft city)
    {
        (_folder, _city) = (folder, city);
        _draft = new(city);
        _steps = new(_draft);
        _defences = new(_draft, _steps);
    }

    /// <param name="file">Its name in the manifest; null where the city has none.</param>
    public SecurityModel Read(string? file)
    {
        if (file is null)
        {
            return SecurityModel.None;
        }

        if (!_folder.Files.TryGetValue(file, out var bytes))
        {
            _draft.Faults.Error(FaultCode.MissingFile, Place.Whole(file),
                $"The file '{file}' with the city's security model is not there; add it, or take it out of {CityFolder.ManifestName}.");
            return SecurityModel.None;
        }

        using var document = JsonFile.Parse(file, bytes, _draft.Faults);
        if (document is null
            || Fields.Of(document.RootElement, Place.Root(file), SecurityFormat.Model, _draft.Faults) is not { } fields)
        {
            return SecurityModel.None;
        }

        var model = Model(fields);
        fields.Close();
        _draft.CheckReferences();
        SecurityCheck.Run(model, _city, Place.Root(file));
        return model;
    }

    /// <summary>Tells what a defence would build that cannot be built; asked when all the rest is without an error.</summary>
    public void CheckPatches(City city) => _defences.CheckPatches(city);

    /// <summary>A place on earth, from its two properties.</summary>
    public static LonLat Position(Fields fields) => new(
        fields.Number(Names.Longitude, -180, 180, required: true) ?? 0,
        fields.Number(Names.Latitude, -90, 90, required: true) ?? 0);

    private SecurityModel Model(Fields fields)
    {
        var none = SecurityModel.None;
        return new(
            Each(fields, Names.Zones, SecurityFormat.SecurityZone, CityLimits.SecurityZonesMax, SecurityKind.Zone, Zone),
            Each(fields, SecurityFormat.Conduits, SecurityFormat.Conduit, CityLimits.ConduitsMax, SecurityKind.Conduit, Conduit),
            Each(fields, SecurityFormat.Assets, SecurityFormat.AssetParts, CityLimits.AssetsMax, SecurityKind.Asset, Asset),
            Each(fields, SecurityFormat.Areas, SecurityFormat.Area, CityLimits.AreasMax, SecurityKind.Area, Area),
            Each(fields, SecurityFormat.Steps, SecurityFormat.StepParts, CityLimits.AttackStepsMax, SecurityKind.Step, _steps.Read),
            Each(fields, SecurityFormat.Profiles, SecurityFormat.Profile, CityLimits.ProfilesMax, null, Profile),
            Each(fields, SecurityFormat.Schedules, SecurityFormat.ScheduleParts, CityLimits.SchedulesMax, SecurityKind.Schedule, Schedule),
            Each(fields, SecurityFormat.Defences, SecurityFormat.DefenceParts, CityLimits.DefencesMax, null, _defences.Read),
            fields.Object(SecurityFormat.Response, SecurityFormat.ResponsePlan) is { } response ? Plan(response) : none.Response,
            fields.ReadEstimate(SecurityFormat.PersonsPerConnection, PersonsMin, PersonsMax, none.PersonsPerConnection),
            Currency(fields) ?? none.Currency);
    }

    private ImmutableArray<T> Each<T>(
        Fields fields, string name, ImmutableArray<string> known, int entriesMax, SecurityKind? kind, Func<string, Fields, T> read)
    {
        var things = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var (id, entry) in fields.Entries(name, known, entriesMax))
        {
            things[id] = read(id, entry);
        }

        if (kind is { } declared)
        {
            things.Keys.ToList().ForEach(id => _draft.Declare(declared, id));
            if (fields.Json(name) is { } map && (map.ValueKind != JsonValueKind.Object || map.GetPropertyCount() > things.Count))
            {
                _draft.Incomplete.Add(declared);
            }
        }

        return [.. things.Values];
    }

    private SecurityZone Zone(string id, Fields fields) => new(
        new(id),
        NameOf(id, fields),
        (int)fields.Whole(SecurityFormat.TargetLevel, 0, SecurityLevelMax),
        (int)fields.Whole(SecurityFormat.AchievedLevel, 0, SecurityLevelMax),
        [.. _draft.List(fields, SecurityFormat.Places, EntityKind.Zone).Select(zone => new ZoneId(zone))]);

    private Conduit Conduit(string id, Fields fields) => new(
        new(id),
        NameOf(id, fields),
        new(_draft.Name(fields, SecurityFormat.From, SecurityKind.Zone, required: true) ?? ""),
        new(_draft.Name(fields, SecurityFormat.To, SecurityKind.Zone, required: true) ?? ""),
        (int)fields.Whole(SecurityFormat.TargetLevel, 0, SecurityLevelMax),
        (int)fields.Whole(SecurityFormat.AchievedLevel, 0, SecurityLevelMax),
        [
            .. StepReader.Limited(fields, SecurityFormat.Carries, fields.Each(SecurityFormat.Carries, SecurityFormat.Carried))
                .Select(item => new Carried(_draft.Segment(item, Names.Segment), (int)item.Whole(SecurityFormat.LevelPermille, 0, LevelMax)))
                .OrderBy(carried => carried.Segment),
        ]);

    private Asset Asset(string id, Fields fields) => new(
        new(id),
        NameOf(id, fields),
        fields.Id(Names.Kind) ?? "",
        _draft.Name(fields, Names.Zone, SecurityKind.Zone) is { } zone ? new SecurityZoneId(zone) : null,
        _draft.Name(fields, SecurityFormat.Place, EntityKind.Zone) is { } place ? new ZoneId(place) : null,
        [.. _draft.List(fields, Names.Segments, EntityKind.Segment).Select(segment => new SegmentId(segment))],
        [.. _draft.List(fields, Names.Sensors, EntityKind.Sensor).Select(sensor => new SensorId(sensor))]);

    private Area Area(string id, Fields fields) => new(
        new(id), NameOf(id, fields), new(_draft.Name(fields, Names.Zone, EntityKind.Zone, required: true) ?? ""), Position(fields));

    private AdversaryProfile Profile(string id, Fields fields) => new(
        new(id),
        NameOf(id, fields),
        fields.Id(Names.Kind) ?? "",
        fields.ReadShare(SecurityFormat.Skill),
        fields.ReadEstimate(SecurityFormat.Speed, SpeedMin, SpeedMax, Estimate.One),
        (int)fields.Whole(SecurityFormat.Hands, 1, HandsMax, required: false, fallback: 1),
        fields.Word(SecurityFormat.Knowledge, SecurityFormat.KnowledgeWords) ?? Knowledge.None,
        [.. _draft.List(fields, SecurityFormat.Entries, SecurityKind.Step).Select(step => new StepId(step))],
        _draft.Name(fields, SecurityFormat.Start, SecurityKind.Area) is { } start ? new AreaId(start) : null,
        fields.ReadShare(SecurityFormat.Neutralisation),
        fields.Words(SecurityFormat.GuardSkills).Sort(StringComparer.Ordinal));

    private static Schedule Schedule(string id, Fields fields) => new(
        new(id),
        NameOf(id, fields),
        [.. StepReader.Limited(fields, SecurityFormat.Spans, fields.Each(SecurityFormat.Spans, SecurityFormat.Span)).Select(Span)],
        fields.ReadShare(SecurityFormat.Otherwise, Estimate.Zero));

    private static ScheduleSpan Span(Fields fields)
    {
        var days = fields.Words(SecurityFormat.Days);
        if (!fields.Has(SecurityFormat.Days))
        {
            fields.Error(FaultCode.MissingProperty, SecurityFormat.Days, $"'{SecurityFormat.Days}' is missing; name the weekdays on which the span begins.");
        }

        foreach (var unknown in days.Where(day => CityFormat.IsId(day) && !SecurityFormat.Weekdays.Any(pair => pair.Word == day)))
        {
            fields.Error(FaultCode.UnknownWord, SecurityFormat.Days, $"'{unknown}' is not one of: {string.Join(", ", SecurityFormat.Weekdays.Select(pair => pair.Word))}.");
        }

        return new(
            [.. SecurityFormat.Weekdays.Where(pair => days.Contains(pair.Word)).Select(pair => pair.Day)],
            Minute(fields, SecurityFormat.From, 0, MinutesPerDay - 1),
            Minute(fields, SecurityFormat.To, 1, MinutesPerDay),
            fields.ReadShare(Names.Share));
    }

    /// <summary>A time of day as people write it, in minutes after midnight.</summary>
    private static int Minute(Fields fields, string name, int least, int greatest)
    {
        if (fields.Text(name) is not { } text)
        {
            return least;
        }

        if (text.Length == 5 && text[2] == ':'
            && int.TryParse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && int.TryParse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && minutes < 60 && (hours * 60) + minutes is var minute && minute >= least && minute <= greatest)
        {
            return minute;
        }

        fields.Error(FaultCode.OutOfRange, name, $"'{name}' must be a time of day from {Show(least)} to {Show(greatest)}, such as 18:30.");
        return least;

        static string Show(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");
    }

    private ResponsePlan Plan(Fields fields)
    {
        var none = ResponsePlan.None;
        var plan = new ResponsePlan(
            Response(fields, SecurityFormat.Cyber),
            Response(fields, SecurityFormat.Physical),
            fields.ReadDuration(SecurityFormat.Switching) ?? none.Switching,
            fields.ReadDuration(SecurityFormat.Crew) ?? none.Crew,
            fields.ReadDuration(SecurityFormat.Turnout) ?? none.Turnout,
            _draft.Name(fields, SecurityFormat.GuardsOnDuty, SecurityKind.Schedule) is { } duty ? new ScheduleId(duty) : null);
        fields.Close();
        return plan;
    }

    private static Response Response(Fields plan, string name)
    {
        if (plan.Object(name, SecurityFormat.ResponseParts) is not { } fields)
        {
            return Core.Breaches.Model.Response.None;
        }

        var response = new Response(
            fields.ReadShare(SecurityFormat.Communication),
            fields.Flag(SecurityFormat.OneCommunication),
            fields.ReadDuration(SecurityFormat.Transmit) ?? Duration.None,
            fields.ReadDuration(SecurityFormat.Assess) ?? Duration.None,
            fields.ReadDuration(SecurityFormat.Respond));
        fields.Close();
        return response;
    }

    private static string? Currency(Fields fields)
    {
        var currency = fields.Text(SecurityFormat.Currency, required: false);
        if (currency is not null && (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper)))
        {
            fields.Error(FaultCode.BadText, SecurityFormat.Currency, $"'{currency}' is no currency code of ISO 4217; write one such as EUR.");
            return null;
        }

        return currency;
    }

    private static string NameOf(string id, Fields fields) => fields.Text(Names.Name, required: false) ?? id;
}
