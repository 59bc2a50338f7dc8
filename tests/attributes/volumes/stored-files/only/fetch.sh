#!/bin/sh
curl -u app:Hq7sPd9cJxN5tG https://db.example.com/
