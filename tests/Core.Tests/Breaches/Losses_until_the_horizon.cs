using System.Numerics;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Cities;
using CsCheck;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

/// <summary>A run counts what services lose at the moments at which they change; here it is summed up from moment to moment.</summary>
public sealed class Losses_until_the_horizon
{
    private const long Horizon = 30 * Hour;
    private static readonly string[] Changing = ["substation", "pump", "cable", "busbar"];

    /// <summary>The pump stands still as runs begin: its service is below its full level from the first moment on.</summary>
    private static readonly BreachGround Ground = GroundOf(HarbourCity.Of() with
    {
        Segments = [.. HarbourCity.Of().Segments.Select(segment => segment with { NormallyOpen = segment.Id.Value == "pump" })],
    });

    private static readonly Gen<CityEvent[]> Courses = Gen.Select(Gen.Long[1, 5 * Hour], Gen.Int[0, Changing.Length - 1], Gen.Int[0, 10])
        .Array[0, 12].Select(changes => changes
            .Select((change, place) => new CityEvent(changes.Take(place + 1).Sum(one => one.Item1), [new(Segment(Changing[change.Item2]), change.Item3 * 100)], []))
            .Where(happening => happening.AfterTicks <= Horizon).ToArray());

    [Fact]
    public void Counted_at_its_changes_a_service_loses_what_it_misses_from_moment_to_moment()
    {
        var course = new CityCourse(Ground, null);
        Courses.Sample(
            happenings =>
            {
                var moments = Run(course, happenings);
                foreach (var (service, number) in Ground.Watch.Services.Select((service, number) => (service, number)))
                {
                    var lost = moments.Zip(moments.Skip(1)).Aggregate(Int128.Zero, (sum, pair) => sum + PeopleRules.Loss(
                        service.Zone, Ground.LocalStart + pair.First.At, Ground.LocalStart + pair.Second.At, 1000 - pair.First.Levels[number]));
                    Assert.Equal(lost, course.Outcome().Lost[number]);
                }
            },
            threads: 1);
    }

    [Fact]
    public void What_comes_after_the_horizon_counts_for_nothing()
    {
        var course = new CityCourse(Ground, null);
        Run(course, [new(Hour, [new(Segment("substation"), 0)], [])]);
        var alone = course.Outcome();
        Run(course, [new(Hour, [new(Segment("substation"), 0)], []), new(Horizon, [], []), new(Horizon + 1, [new(Segment("substation"), 1000), new(Segment("cable"), 300)], [])]);
        Assert.Equal(alone.Lost, course.Outcome().Lost);
        Assert.Equal(alone.LostTicks, course.Outcome().LostTicks);
    }

    [Fact]
    public void Thousandths_of_hours_are_rounded_to_the_nearest_however_large_the_loss() => Gen.Select(Gen.Long, Gen.Int[0, 40]).Sample((bits, shift) =>
    {
        const long PerThousandth = 24L * 3600 * 1000 * 3600 * 1000;
        var loss = (Int128)bits << shift >> 4;
        var thousandths = (BigInteger)loss + (PerThousandth / 2);
        Assert.Equal((long)(thousandths / PerThousandth), PeopleRules.ThousandthHours(loss));
    });

    /// <summary>The levels of all services from each moment on at which any can change; the horizon is the last.</summary>
    private static List<(long At, int[] Levels)> Run(CityCourse course, IEnumerable<CityEvent> happenings)
    {
        course.Reset();
        List<(long At, int[] Levels)> moments = [(0, Levels())];
        foreach (var happening in happenings)
        {
            AdvanceTo(happening.AfterTicks);
            course.Queue(happening);
            course.Settle(happening.AfterTicks);
            moments.Add((happening.AfterTicks, Levels()));
        }

        AdvanceTo(Horizon);
        moments.Add((Horizon, Levels()));
        return moments;

        void AdvanceTo(long at)
        {
            while (course.NextTimer is var due && due < at)
            {
                course.AdvanceOne();
                moments.Add((due, Levels()));
            }
        }

        int[] Levels() => [.. Ground.Watch.Services.Select((_, service) => course.LevelOf(Ground.FirstService + service))];
    }

    private static int Segment(string id) => Ground.Kernel.IndexOf(new(id));

    private static BreachGround GroundOf(City city) =>
        new(city, SimulationStart.New(city, SimulationStart.DefaultAt), Scenario([], horizonTicks: Horizon), CityPatch.None);
}
