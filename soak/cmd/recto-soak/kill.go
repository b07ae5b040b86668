package main

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"
)

const (
	// leastPeace and mostPeace lie between two attacks.
	leastPeace, mostPeace = 4 * time.Second, 20 * time.Second
	// mostAbsence is how long a process that was killed is away.
	mostAbsence = 3 * time.Second
	// Every so often PostgreSQL is away for longer than the queue tries to note how
	// an attempt ended.
	longEvery, longAbsence = 3, 25 * time.Second
	// restartTime bounds the tries to start a process again.
	restartTime = 2 * time.Minute
)

// kill attacks until fire is over. At its end everything runs.
func (d *disturbed) kill(fire, life context.Context, random *rand.Rand) {
	for n := 0; ; n++ {
		select {
		case <-fire.Done():
			return
		case <-time.After(leastPeace + time.Duration(random.Int64N(int64(mostPeace-leastPeace)))):
		}
		switch at := random.IntN(10); {
		case d.Postgres != nil && (n%5 == 4):
			d.cutPostgres(life, random)
		case d.Postgres != nil && at < 7:
			victims := random.Perm(len(d.Workers))[:1+random.IntN(2)]
			for _, v := range victims {
				d.Workers[v].Kill()
				d.add(&d.workerKills)
			}
			d.absence(life, random)
			for _, v := range victims {
				d.restart(life, d.Workers[v].Name, d.Workers[v].Start)
			}
		default:
			d.Server.Kill()
			d.add(&d.serverKills)
			d.absence(life, random)
			d.restart(life, "server", d.Server.Start)
		}
	}
}

// cutPostgres stops PostgreSQL like a power cut, and with some luck something
// dies while it is away.
func (d *disturbed) cutPostgres(ctx context.Context, random *rand.Rand) {
	if err := d.Postgres.Stop(syscall.SIGQUIT); err != nil && ctx.Err() == nil {
		d.say("postgres stops: %v", err) // it always says that it was told to
	}
	if d.add(&d.postgresStops); d.postgresStops%longEvery == 0 {
		select {
		case <-ctx.Done():
		case <-time.After(longAbsence):
		}
	}
	victim := random.IntN(2 * len(d.Workers))
	if victim < len(d.Workers) {
		d.Workers[victim].Kill()
		d.add(&d.workerKills)
	}
	d.absence(ctx, random)
	d.restart(ctx, "postgres", d.Postgres.Start)
	if victim < len(d.Workers) {
		d.restart(ctx, d.Workers[victim].Name, d.Workers[victim].Start)
	}
}

func (d *disturbed) absence(ctx context.Context, random *rand.Rand) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(random.Int64N(int64(mostAbsence)))):
	}
}

// restart starts a process as a supervisor does: again and again.
func (d *disturbed) restart(ctx context.Context, name string, start func(context.Context) error) {
	for deadline := time.Now().Add(restartTime); ctx.Err() == nil; time.Sleep(time.Second) {
		err := start(ctx)
		if err == nil {
			d.add(&d.restarts)
			return
		}
		if time.Now().After(deadline) {
			d.fault("%s does not start again: %v", name, err)
			return
		}
	}
}
