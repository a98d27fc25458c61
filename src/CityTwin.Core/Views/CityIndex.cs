using System.Collections.Frozen;
using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Views;

/// <summary>
/// What is looked up in a definition all the time, as places in its sorted lists: built once, shared by every version of
/// the view.
/// </summary>
public sealed class CityIndex
{
    private readonly FrozenDictionary<ZoneId, int> _zones;
    private readonly FrozenDictionary<SegmentId, int> _segments;
    private readonly FrozenDictionary<SensorId, int> _sensors;
    private readonly FrozenDictionary<GuardId, int> _guards;
    private readonly FrozenDictionary<AssetId, int> _assets;
    private readonly FrozenDictionary<ConduitId, int> _conduits;
    private readonly int[][] _dependents;
    private readonly Lazy<Kernel> _kernel;

    public CityIndex(City city)
    {
        City = city;
        _kernel = new(() => Kernel.Compile(city));
        _zones = Places(city.Zones, zone => zone.Id);
        _segments = Places(city.Segments, segment => segment.Id);
        _sensors = Places(city.Sensors, sensor => sensor.Id);
        _guards = Places(city.Guards, guard => guard.Id);
        _assets = Places(city.Security.Assets, asset => asset.Id);
        _conduits = Places(city.Security.Conduits, conduit => conduit.Id);
        ParentOf = [.. city.Zones.Select(zone => zone.Parent is { } parent ? _zones[parent] : -1)];
        ZoneOfSensor = [.. city.Sensors.Select(sensor => _zones[sensor.Zone])];
        ZoneOfSegment = [.. city.Segments.Select(segment => segment.Zone is { } zone ? _zones[zone] : -1)];
        ZoneOfGuard = [.. city.Guards.Select(guard => _zones[guard.Zone])];
        ZoneOfAsset = [.. city.Security.Assets.Select(asset => asset.Place is { } place ? _zones[place] : -1)];
        ZonesServedBy = Readers(city.Zones, zone => zone.Services.SelectMany(service => ExpressionRules.Suppliers(service.Level)));
        SensorsFedBy = Readers(city.Sensors, sensor => ExpressionRules.Suppliers(sensor.Availability));
        _dependents = Readers(city.Segments, segment => ExpressionRules.Suppliers(segment.Rule)).Select(readers => readers.ToArray()).ToArray();
        var networks = city.Networks.Select((network, place) => (network.Id, place)).ToFrozenDictionary(pair => pair.Id, pair => pair.place);
        NetworkOf = [.. city.Segments.Select(segment => segment.Rule.Membership is { } member ? networks[member.Network] : -1)];
        MembersOf = [.. Grouped(city.Networks.Length, NetworkOf.Select((network, segment) => (network, segment))).Select(members => members.ToImmutableArray())];
        NeighboursOf = [.. Grouped(city.Segments.Length, Joints(city)).Select(neighbours => neighbours.ToImmutableArray())];
    }

    public City City { get; }

    /// <summary>The definition compiled, made when first asked for; segments have the same places in it.</summary>
    public Kernel Kernel => _kernel.Value;

    /// <summary>Of each zone the one it lies in, -1 for an outermost one.</summary>
    public ImmutableArray<int> ParentOf { get; }

    public ImmutableArray<int> ZoneOfSensor { get; }

    /// <summary>-1 for a segment in no zone.</summary>
    public ImmutableArray<int> ZoneOfSegment { get; }

    /// <summary>Where each guard's post is.</summary>
    public ImmutableArray<int> ZoneOfGuard { get; }

    /// <summary>-1 for an asset nowhere on the map.</summary>
    public ImmutableArray<int> ZoneOfAsset { get; }

    /// <summary>Of each segment the zones with a service that reads it, ascending.</summary>
    public ImmutableArray<ImmutableArray<int>> ZonesServedBy { get; }

    /// <summary>Of each segment the sensors whose availability reads it, ascending.</summary>
    public ImmutableArray<ImmutableArray<int>> SensorsFedBy { get; }

    /// <summary>Of each segment its network, -1 outside networks.</summary>
    public ImmutableArray<int> NetworkOf { get; }

    /// <summary>Of each network its members, ascending.</summary>
    public ImmutableArray<ImmutableArray<int>> MembersOf { get; }

    /// <summary>Of each member of a network the members it touches: of a link its two ends, of a node its links.</summary>
    public ImmutableArray<ImmutableArray<int>> NeighboursOf { get; }

    public int? Find(ZoneId id) => _zones.TryGetValue(id, out var place) ? place : null;

    public int? Find(SegmentId id) => _segments.TryGetValue(id, out var place) ? place : null;

    public int? Find(SensorId id) => _sensors.TryGetValue(id, out var place) ? place : null;

    public int? Find(GuardId id) => _guards.TryGetValue(id, out var place) ? place : null;

    public int? Find(AssetId id) => _assets.TryGetValue(id, out var place) ? place : null;

    public int? Find(ConduitId id) => _conduits.TryGetValue(id, out var place) ? place : null;

    /// <summary>True when a zone is another one or lies in it, at any depth.</summary>
    public bool IsWithin(int zone, int outer)
    {
        for (var at = zone; at >= 0; at = ParentOf[at])
        {
            if (at == outer)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Of each segment: whether its level can depend on one of these, through any number of rules; a network carries
    /// everything to all its members. The roots themselves are not counted unless they lie on a loop.
    /// </summary>
    public bool[] DownstreamOf(IEnumerable<int> roots)
    {
        var reached = new bool[City.Segments.Length];
        var entered = new bool[MembersOf.Length];
        var open = new Stack<int>(roots);
        while (open.TryPop(out var segment))
        {
            foreach (var dependent in _dependents[segment])
            {
                Reach(dependent);
            }

            var network = NetworkOf[segment];
            if (network >= 0 && !entered[network])
            {
                entered[network] = true;
                foreach (var member in MembersOf[network])
                {
                    if (member != segment)
                    {
                        Reach(member);
                    }
                }
            }
        }

        return reached;

        void Reach(int segment)
        {
            if (!reached[segment])
            {
                reached[segment] = true;
                open.Push(segment);
            }
        }
    }

    private IEnumerable<(int From, int To)> Joints(City city)
    {
        for (var link = 0; link < city.Segments.Length; link++)
        {
            if (city.Segments[link].Rule.Membership?.Ends is { } ends)
            {
                foreach (var end in new[] { ends.A, ends.B })
                {
                    yield return (link, _segments[end]);
                    yield return (_segments[end], link);
                }
            }
        }
    }

    /// <summary>The second halves by the first; a first half below 0 belongs to none.</summary>
    private static int[][] Grouped(int groups, IEnumerable<(int Group, int Item)> items)
    {
        var lists = new List<int>?[groups];
        foreach (var (group, item) in items)
        {
            if (group >= 0)
            {
                (lists[group] ??= []).Add(item);
            }
        }

        return [.. lists.Select(list => list?.ToArray() ?? [])];
    }

    private static FrozenDictionary<TId, int> Places<T, TId>(ImmutableArray<T> items, Func<T, TId> idOf)
        where TId : struct =>
        items.Select((item, place) => (Id: idOf(item), place)).ToFrozenDictionary(pair => pair.Id, pair => pair.place);

    private ImmutableArray<ImmutableArray<int>> Readers<T>(ImmutableArray<T> readers, Func<T, IEnumerable<SegmentId>> suppliersOf)
    {
        var found = new List<int>?[City.Segments.Length];
        for (var reader = 0; reader < readers.Length; reader++)
        {
            foreach (var supplier in suppliersOf(readers[reader]))
            {
                var list = found[_segments[supplier]] ??= [];
                if (list.Count == 0 || list[^1] != reader)
                {
                    list.Add(reader);
                }
            }
        }

        return [.. found.Select(list => list is null ? ImmutableArray<int>.Empty : [.. list])];
    }
}
