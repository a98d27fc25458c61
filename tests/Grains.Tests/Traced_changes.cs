using System.Diagnostics;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>A trace goes on from the commit to the watches, and only so far.</summary>
public sealed class Traced_changes : IDisposable
{
    private static readonly PublishedChange Sensor = new("sensor", "meter", null);

    private readonly TracedChanges _traced = new();
    private readonly ActivitySource _source = new("CityTwin.Tests");
    private readonly List<Activity> _delivered = [];
    private readonly ActivityListener _listener;

    public Traced_changes()
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name is "CityTwin.Tests" or TracedChanges.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == "deliver")
                {
                    _delivered.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    [Fact]
    public void Delivery_goes_on_with_the_trace_of_the_commit()
    {
        var trace = Commit(7);
        var stand = 0L;
        Deliver(ref stand, 7);
        Assert.Equal(trace, Assert.Single(_delivered).TraceId);
    }

    [Fact]
    public void Change_that_the_version_lacks_waits_for_the_next_one()
    {
        Commit(7);
        var stand = 0L;
        Deliver(ref stand, 6);
        Assert.Empty(_delivered);
        Deliver(ref stand, 7);
        Deliver(ref stand, 8);
        Assert.Single(_delivered);
    }

    [Fact]
    public void Watch_that_does_not_show_the_kind_or_began_later_delivers_nothing()
    {
        Commit(7);
        var (early, late) = (0L, _traced.Newest);
        _traced.Deliver(ref early, 7, kind => kind == "zone")?.Dispose();
        Deliver(ref late, 7);
        Assert.Empty(_delivered);
    }

    [Fact]
    public void The_first_few_watches_are_shown_and_the_newest_changes_are_kept()
    {
        Enumerable.Range(1, TracedChanges.KeptMax + 1).ToList().ForEach(seq => Commit(seq));
        for (var watch = 0; watch < TracedChanges.DeliveriesMax + 1; watch++)
        {
            var stand = 0L;
            Deliver(ref stand, long.MaxValue);
        }

        Assert.Equal(TracedChanges.KeptMax * TracedChanges.DeliveriesMax, _delivered.Count);
        Assert.DoesNotContain(_delivered, activity => activity.GetTagItem("citytwin.sequence") is 1L);
    }

    [Fact]
    public void Change_of_nobody_who_is_traced_is_not_remembered()
    {
        _traced.Add(null, 7, [Sensor]);
        Assert.Equal(0, _traced.Newest);
    }

    private ActivityTraceId Commit(long seq)
    {
        using var activity = _source.StartActivity("grain", ActivityKind.Server, default(ActivityContext))!;
        _traced.Add(activity, seq, [Sensor]);
        return activity.TraceId;
    }

    private void Deliver(ref long stand, long seq) => _traced.Deliver(ref stand, seq, kind => kind == "sensor")?.Dispose();
}
